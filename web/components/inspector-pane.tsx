// The inspector: all there is to know of the one thing that is selected.

import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { EventStory } from '../../src/worker/api/why.ts';
import { rulesOf, type RuleQuery } from '../conformance/requirement.ts';
import type { FactList, Inspected, Life } from '../inspector/inspected.ts';
import type { Pointed } from '../inspector/lit.ts';
import { printLocator } from '../model/locator.ts';
import type { RegistersView } from '../model/registers-view.ts';
import type { RequirementsView } from '../model/requirements-view.ts';
import { formatExact } from '../format/quantity.ts';
import { AskerFact, type Namers } from './asker.tsx';
import { ByteBlockView } from './byte-block.tsx';
import { ConfigRegisters, WindowRegisters } from './device-registers.tsx';
import { LinkedWords, type Select } from './linked-words.tsx';
import { Pane } from './pane.tsx';
import { RuleList } from './rule-list.tsx';

export interface InspectorPaneProps {
  /** Null while nothing is selected. */
  readonly inspected: ReadonlySignal<Inspected | null>;
  /** Why, by the sequence of what was refused. */
  readonly stories: ReadonlySignal<ReadonlyMap<number, EventStory>>;
  readonly requirements: ReadonlySignal<RequirementsView>;
  /** The registers of the device that is watched. */
  readonly registers: ReadonlySignal<RegistersView>;
  readonly onWatchRegisters: (endpoint: number) => () => void;
  readonly driver: ReadonlySignal<Namers['driver']>;
  readonly callers: ReadonlySignal<Namers['callers']>;
  /** Asks for why an event was refused. */
  readonly onAsk: (sequence: number) => void;
  /** Asks for the requirements. */
  readonly onWantRules: () => void;
  readonly onSelect: Select;
  /** Shows the moment after an event. */
  readonly onLook: (sequence: number) => void;
  /** Shows a rule among all of them, with its tests. */
  readonly onRule: (text: string) => void;
  /** Selects nothing. */
  readonly onClose: () => void;
  /** Shows the story of a fault in its place, where both have one. */
  readonly onStory?: (() => void) | undefined;
}

function Facts({ view, onSelect }: { view: Inspected; onSelect: Select }): JSX.Element | null {
  if (view.facts.length === 0) return null;
  return (
    <dl class="facts">
      {view.facts.map(({ name, words }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <LinkedWords words={words} onSelect={onSelect} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** When a thing of a list was: in words, and in a lane for the eyes. */
function LifeLane({ life }: { readonly life: Life | undefined }): JSX.Element | null {
  if (life === undefined) return null;
  const { words, from, to } = life;
  const percent = (part: number): string => `${(100 * part).toFixed(2)}%`;
  return (
    <>
      <span class="life-words">{words}</span>
      <span class="life-lane" aria-hidden="true">
        <span class="life" style={{ left: percent(from), width: percent(to - from) }} />
      </span>
    </>
  );
}

function List({ list, onSelect }: { list: FactList; onSelect: Select }): JSX.Element {
  const { title, rows, lives, none, note } = list;
  return (
    <section class="block" aria-label={title}>
      <h3>{title}</h3>
      {rows.length === 0 ? (
        <p class="block-note">{none}</p>
      ) : (
        <ul class="things">
          {rows.map((words, index) => (
            <li>
              <LinkedWords words={words} onSelect={onSelect} />
              <LifeLane life={lives?.rows[index]} />
            </li>
          ))}
        </ul>
      )}
      {lives === undefined ? null : (
        <p class="life-ends" aria-hidden="true">
          <span>{lives.from}</span>
          <span>{lives.to}</span>
        </p>
      )}
      {note === null ? null : <p class="block-note">{note}</p>}
    </section>
  );
}

interface WhyProps {
  readonly story: EventStory;
  readonly onSelect: Select;
}

/** Why it was refused, and what that rests on. */
function Why({ story, onSelect }: WhyProps): JSX.Element {
  const others = story.evidence.filter((each) => each !== story.sequence);
  const words = others.flatMap((sequence, index) => [
    index === 0 ? ' Known from ' : ', ',
    { text: `#${formatExact(sequence)}`, to: { kind: 'event' as const, sequence } },
  ]);
  return (
    <p class="inspector-why">
      {story.sentence}
      <LinkedWords words={others.length === 0 ? [] : [...words, '.']} onSelect={onSelect} />
      {` The rule: ${story.clause}.`}
    </p>
  );
}

function queryOf(view: Inspected, story: EventStory | undefined): RuleQuery {
  return {
    clause: view.clause ?? '',
    fields: view.blocks.flatMap(({ fields }) => fields.map(({ key }) => key)),
    sections: view.sections,
    refusal: story === undefined ? null : { cause: story.cause, clause: story.clause },
  };
}

function Content({ view, props }: { view: Inspected; props: InspectorPaneProps }): JSX.Element {
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const { onWantRules, onAsk } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const locator = printLocator(view.locator);
  const { sequence, isRefused, who, clause, blocks } = view;
  useEffect(onWantRules, [onWantRules]);
  useLayoutEffect(() => {
    setPointed(null);
    scroller.current?.scrollTo(0, 0);
  }, [locator]);
  // What was pressed is gone with what was shown before
  const onSelect: Select = (next) => {
    scroller.current?.focus();
    props.onSelect(next);
  };
  useEffect(() => {
    if (isRefused && sequence !== null) onAsk(sequence);
  }, [isRefused, sequence, onAsk]);
  const story = sequence === null || !isRefused ? undefined : props.stories.value.get(sequence);
  const namers: Namers = { driver: props.driver.value, callers: props.callers.value };
  const endpoint = view.locator.kind === 'endpoint' ? view.locator.id : null;
  const device = { domain: view.domain, registers: props.registers, onSelect };
  const lit = { pointed, onPoint: setPointed };
  const requirements = props.requirements.value;
  const rules =
    requirements.kind === 'ready' ? rulesOf(requirements.list, queryOf(view, story)) : [];
  return (
    <div
      class="scroll inspector"
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label={`Inspector: ${view.title}`}
    >
      <div class="inspector-head">
        <h3 class="inspector-title">{view.title}</h3>
        {sequence === null ? null : (
          <button
            type="button"
            class="button button-small"
            title="Shows the IOMMU as it was then, in all panes"
            onClick={() => props.onLook(sequence)}
          >
            Look at this moment
          </button>
        )}
      </div>
      <p>
        <LinkedWords words={view.lead} onSelect={onSelect} />
      </p>
      {story === undefined ? null : <Why story={story} onSelect={onSelect} />}
      {endpoint === null ? null : (
        <WindowRegisters {...device} endpoint={endpoint} onWatch={props.onWatchRegisters} />
      )}
      <Facts view={view} onSelect={onSelect} />
      {endpoint === null ? null : <ConfigRegisters {...device} endpoint={endpoint} />}
      {who === null ? null : <AskerFact who={who} namers={namers} />}
      {blocks.map((block) => (
        <ByteBlockView key={block.title} {...{ block, rules, onSelect }} {...lit} />
      ))}
      {view.lists.map((list) => (
        <List key={list.title} list={list} onSelect={onSelect} />
      ))}
      {clause === null ? null : (
        <section class="block" aria-label="Rules">
          <h3>
            Rules <span class="clause">{clause}</span>
          </h3>
          <RuleList {...{ requirements, rules }} {...lit} onRule={props.onRule} />
        </section>
      )}
    </div>
  );
}

function CloseTool({ onClose }: Pick<InspectorPaneProps, 'onClose'>): JSX.Element {
  return (
    <button type="button" class="button button-small" title="Select nothing" onClick={onClose}>
      Clear
    </button>
  );
}

export function InspectorPane(props: InspectorPaneProps): JSX.Element {
  const view = props.inspected.value;
  const tools: ComponentChildren =
    view === null ? undefined : (
      <>
        {props.onStory === undefined ? null : (
          <button type="button" class="button button-small" onClick={props.onStory}>
            Stopped access
          </button>
        )}
        <CloseTool onClose={props.onClose} />
      </>
    );
  return (
    <Pane id="inspector" title="Inspector" note="What is selected, in full." tools={tools}>
      {view === null ? (
        <p class="empty">
          Nothing is selected. Choose a device, a mapping, a request or a fault anywhere on the
          page, and read here what it is, byte by byte.
        </p>
      ) : (
        <Content view={view} props={props} />
      )}
    </Pane>
  );
}
