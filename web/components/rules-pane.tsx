// What the specification requires, and the tests that show it: searched by any word.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { reasonCounts, searchRequirements, type Requirement } from '../conformance/requirement.ts';
import type { Exercised, RequirementsView } from '../model/requirements-view.ts';
import { formatExact, formatPlural } from '../format/quantity.ts';
import { Pane } from './pane.tsx';

/** What the words of a row mean. */
const LEGEND = [
  ['MUST, SHOULD, MAY', 'bind the device'],
  ['driver', 'binds drivers; the device survives one that breaks it'],
  ['unspecified', 'is left open: this is what the device here does'],
  ['2 here', 'so many faults and refused requests of this PC had that reason, up to the moment'],
] as const;

export interface RulesPaneProps {
  readonly requirements: ReadonlySignal<RequirementsView>;
  /** Refusals of the record, up to the moment that is looked at. */
  readonly exercised: ReadonlySignal<Exercised>;
  /** What is looked for among them. */
  readonly query: ReadonlySignal<string>;
  readonly onSearch: (text: string) => void;
  /** Asks for the requirements. */
  readonly onWant: () => void;
}

/** There are thousands of names: they are made when they are asked for. */
function Tests({ tests }: Pick<Requirement, 'tests'>): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="rule-tests" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{formatPlural(tests.length, 'test')}</summary>
      {isOpen ? (
        <ul>
          {tests.map((name) => (
            <li>{name}</li>
          ))}
        </ul>
      ) : null}
    </details>
  );
}

interface RowProps {
  readonly rule: Requirement;
  /** How often it was the reason of a refusal; undefined where that is not known of any. */
  readonly count: number | undefined;
  /** Whether that is all. */
  readonly isComplete: boolean;
}

function Row({ rule, count, isComplete }: RowProps): JSX.Element {
  const { id, level, section, requirement, tests } = rule;
  return (
    <tr>
      <th scope="row">
        <span class="rules-id mono">{id}</span>
        <span class="mono">{section}</span>
        <span>{level}</span>
      </th>
      <td>
        {requirement}
        {count === undefined ? null : (
          <p class="rules-count">
            <b>{formatExact(count)}</b> here{isComplete ? '' : ', so far'}
          </p>
        )}
        <Tests tests={tests} />
      </td>
    </tr>
  );
}

interface TableProps {
  readonly list: readonly Requirement[];
  readonly exercised: Exercised;
  readonly query: string;
  readonly onSearch: (text: string) => void;
}

function Table({ list, exercised, query, onSearch }: TableProps): JSX.Element {
  const { refusals, isComplete } = exercised;
  const counts = useMemo(() => reasonCounts(list, refusals), [list, refusals]);
  const found = useMemo(() => searchRequirements(list, query), [list, query]);
  return (
    <>
      <div class="totals">
        <input
          type="search"
          class="field field-small rules-search"
          aria-label="Search the requirements"
          placeholder="map, 5.13.6.6, A44, overlap"
          value={query}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
        <p role="status">
          {formatExact(found.length)} of {formatExact(list.length)}
        </p>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="Requirements, scrollable">
        <table class="table rules-table" aria-label="Requirements">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Requirement</th>
            </tr>
          </thead>
          <tbody>
            {found.map((rule) => (
              <Row
                key={rule.id}
                rule={rule}
                isComplete={isComplete}
                count={rule.causes === undefined ? undefined : (counts.get(rule.id) ?? 0)}
              />
            ))}
          </tbody>
        </table>
        <dl class="facts rules-legend">
          {LEGEND.map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
        {found.length === 0 ? <p class="empty">No requirement has all of these words.</p> : null}
      </div>
    </>
  );
}

export function RulesPane(props: RulesPaneProps): JSX.Element {
  const { requirements, exercised, query, onSearch, onWant } = props;
  useEffect(onWant, [onWant]);
  const view = requirements.value;
  return (
    <Pane id="rules" title="Conformance" note="The rules of the specification, and tests.">
      {view.kind === 'ready' ? (
        <Table
          list={view.list}
          exercised={exercised.value}
          query={query.value}
          onSearch={onSearch}
        />
      ) : null}
      {view.kind === 'loading' ? <p class="empty">Loading the requirements…</p> : null}
      {view.kind === 'failed' ? (
        <p class="empty">
          The requirements could not be loaded.{' '}
          <button type="button" class="button button-small" onClick={onWant}>
            Try again
          </button>
        </p>
      ) : null}
    </Pane>
  );
}
