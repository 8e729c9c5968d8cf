// Armed accesses: an access that no driver asked for, made when something happens.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FilterProblem } from '../../src/trace/filter/filter-problem.ts';
import type { ArmedShot, ScheduledOrder } from '../../src/worker/api/lab.ts';
import type { MachineInfo } from '../../src/worker/api/power.ts';
import type { ArmedItem } from '../model/armed-item.ts';
import { FRESH_DRAFT, readDraft, type ArmedDraft } from './armed-form.ts';
import { ArmedFields } from './armed-fields.tsx';
import { orderWords, shotWords, STATE_WORDS } from './armed-words.ts';
import { Pane } from './pane.tsx';
import { formEndpoint } from './rogue-pane.tsx';

export interface ArmedPaneProps {
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** Why nothing can be armed at all, as without a machine; null when it can. */
  readonly noMachine: ReadonlySignal<string | null>;
  readonly items: ReadonlySignal<readonly ArmedItem[]>;
  readonly onArm: (order: ScheduledOrder) => void;
  readonly onCancel: (id: number) => void;
  readonly onClear: () => void;
  /** Leads to the event of an access that was made. */
  readonly onShow: (shot: ArmedShot) => void;
  /** What is wrong with a filter; null where nothing is. */
  readonly checkFilter: (text: string) => Promise<FilterProblem | null>;
}

/** Accesses of one order that are shown by themselves. */
const SHOWN_SHOTS = 5;

/** What is wrong with the filter of a draft; it is read while it is written. */
function useFilterProblem(
  draft: ArmedDraft,
  check: ArmedPaneProps['checkFilter'],
): FilterProblem | null {
  const [checked, setChecked] = useState<{ text: string; problem: FilterProblem | null }>();
  const { filter, when } = draft;
  useEffect(() => {
    if (when !== 'event') return undefined;
    let isCurrent = true;
    const look = async (): Promise<void> => {
      const problem = await check(filter);
      if (isCurrent) setChecked({ text: filter, problem });
    };
    void look();
    return () => {
      isCurrent = false;
    };
  }, [filter, when, check]);
  return when === 'event' && checked?.text === filter ? checked.problem : null;
}

function Form(props: ArmedPaneProps): JSX.Element {
  const [draft, setDraft] = useState(FRESH_DRAFT);
  const [picked, setPicked] = useState<number | null>(null);
  const filterProblem = useFilterProblem(draft, props.checkFilter);
  const endpoint = formEndpoint(props.info.value, picked);
  const read = endpoint === null ? null : readDraft(draft, endpoint);
  const reason = props.noMachine.value;
  const order = read !== null && read.isValid && filterProblem === null ? read.order : null;
  const isDisabled = reason !== null || order === null;
  return (
    <form
      class="armed-form"
      aria-label="Arm an access"
      onSubmit={(event) => {
        event.preventDefault();
        if (order !== null && reason === null) props.onArm(order);
      }}
    >
      <ArmedFields
        endpoints={props.info.value?.endpoints ?? []}
        endpoint={endpoint}
        draft={draft}
        read={read}
        filterProblem={filterProblem}
        onEndpoint={setPicked}
        onDraft={(changes) => setDraft({ ...draft, ...changes })}
      />
      <button
        type="submit"
        class="button button-danger"
        disabled={isDisabled}
        title={reason ?? undefined}
      >
        Arm
      </button>
    </form>
  );
}

function Shot({ shot, onShow }: { shot: ArmedShot } & Pick<ArmedPaneProps, 'onShow'>): JSX.Element {
  const { isStopped, short, text } = shotWords(shot);
  return (
    <li>
      <button
        type="button"
        class="link"
        title={isStopped ? 'Shows its fault' : 'Shows the moment'}
        onClick={() => onShow(shot)}
      >
        {isStopped ? '✕' : '→'} {short}
      </button>{' '}
      {text}
    </li>
  );
}

interface ItemProps extends Pick<ArmedPaneProps, 'onCancel' | 'onShow'> {
  readonly item: ArmedItem;
  readonly name: string;
}

function Item({ item, name, onCancel, onShow }: ItemProps): JSX.Element {
  const { id, order, state, problem, shots } = item;
  const words = orderWords(order, name);
  const last = shots.slice(-SHOWN_SHOTS);
  const stopped = shots.filter((shot) => shotWords(shot).isStopped).length;
  return (
    <li class="armed-item" data-state={state}>
      <div class="armed-head">
        <p>
          <b>{STATE_WORDS[state]}:</b> {words}.
        </p>
        {state === 'armed' ? (
          <button
            type="button"
            class="button button-small"
            aria-label={`Cancel: ${words}`}
            onClick={() => onCancel(id)}
          >
            Cancel
          </button>
        ) : null}
      </div>
      {problem === null ? null : <p class="armed-problem">{problem}</p>}
      {shots.length <= last.length ? null : (
        <p>
          {shots.length} times, {stopped} of them stopped. The last ones:
        </p>
      )}
      <ul class="armed-shots">
        {last.map((shot) => (
          <Shot key={shot.instructions} shot={shot} onShow={onShow} />
        ))}
      </ul>
    </li>
  );
}

export function ArmedPane(props: ArmedPaneProps): JSX.Element {
  const items = props.items.value;
  const list = useRef<HTMLUListElement>(null);
  const latest = items[0]?.id ?? null;
  const seen = useRef(latest);
  useEffect(() => {
    // What has just been armed stands below the form, which may fill the pane
    if (latest !== null && latest !== seen.current) {
      list.current?.firstElementChild?.scrollIntoView({ block: 'nearest' });
    }
    seen.current = latest;
  }, [latest]);
  const nameOf = (endpoint: number): string =>
    props.info.value?.endpoints.find(({ id }) => id === endpoint)?.name ?? String(endpoint);
  const hasOver = items.some(({ state }) => state !== 'armed');
  return (
    <Pane
      id="armed"
      title="Armed"
      note="Accesses that wait."
      tools={
        hasOver ? (
          <button type="button" class="button button-small" onClick={props.onClear}>
            Clear
          </button>
        ) : undefined
      }
    >
      <div
        class="lab-body scroll"
        tabIndex={0}
        role="group"
        aria-label="Armed accesses, scrollable"
      >
        <Form {...props} />
        <div role="log" aria-label="What is armed, and what became of it">
          <ul class="armed-items" ref={list}>
            {items.map((item) => (
              <Item
                key={item.id}
                item={item}
                name={nameOf(item.order.request.endpoint)}
                onCancel={props.onCancel}
                onShow={props.onShow}
              />
            ))}
          </ul>
        </div>
      </div>
    </Pane>
  );
}
