// What the specification requires, and the tests that show it: searched by any word.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { searchRequirements, type Requirement } from '../conformance/requirement.ts';
import type { RequirementsView } from '../model/requirements-view.ts';
import { formatExact, formatPlural } from '../format/quantity.ts';
import { Pane } from './pane.tsx';

const LEVELS: Readonly<Record<string, string>> = {
  driver: 'The rule binds drivers; the device survives one that breaks it',
  unspecified: 'The specification leaves it open: this is what the device here does',
};

export interface RulesPaneProps {
  readonly requirements: ReadonlySignal<RequirementsView>;
  /** Asks for the requirements. */
  readonly onWant: () => void;
}

function Tests({ tests }: Pick<Requirement, 'tests'>): JSX.Element {
  return (
    <details class="rule-tests">
      <summary>{formatPlural(tests.length, 'test')}</summary>
      <ul>
        {tests.map((name) => (
          <li>{name}</li>
        ))}
      </ul>
    </details>
  );
}

function Row({ rule }: { readonly rule: Requirement }): JSX.Element {
  const { id, level, section, requirement, tests } = rule;
  return (
    <tr>
      <th scope="row" class="mono">
        {id}
      </th>
      <td class="mono">{section}</td>
      <td title={LEVELS[level]}>{level}</td>
      <td class="rule-text">
        {requirement}
        <Tests tests={tests} />
      </td>
    </tr>
  );
}

function Table({ list }: { readonly list: readonly Requirement[] }): JSX.Element {
  const [text, setText] = useState('');
  const found = useMemo(() => searchRequirements(list, text), [list, text]);
  return (
    <>
      <div class="totals">
        <input
          type="search"
          class="field field-small rules-search"
          aria-label="Search the requirements"
          placeholder="map, 5.13.6.6, A44, overlap"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p role="status">
          {formatExact(found.length)} of {formatExact(list.length)}
        </p>
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label="Requirements, scrollable">
        <table class="table rules-table" aria-label="Requirements">
          <thead>
            <tr>
              <th scope="col" title="As the tests that show it carry it">
                ID
              </th>
              <th scope="col" title="Of virtio 1.2, or the source where it is none of its sections">
                Section
              </th>
              <th scope="col">Level</th>
              <th scope="col">Requirement</th>
            </tr>
          </thead>
          <tbody>
            {found.map((rule) => (
              <Row key={rule.id} rule={rule} />
            ))}
          </tbody>
        </table>
        {found.length === 0 ? <p class="empty">No requirement has all of these words.</p> : null}
      </div>
    </>
  );
}

export function RulesPane({ requirements, onWant }: RulesPaneProps): JSX.Element {
  useEffect(onWant, [onWant]);
  const view = requirements.value;
  return (
    <Pane id="rules" title="Conformance" note="What the specification requires, and the tests.">
      {view.kind === 'ready' ? <Table list={view.list} /> : null}
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
