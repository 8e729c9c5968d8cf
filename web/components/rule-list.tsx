// The requirements of the specification that a thing falls under.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { AppliedRule } from '../conformance/requirement.ts';
import { isRuleLit } from '../inspector/lit.ts';
import type { RequirementsView } from '../model/requirements-view.ts';
import type { LitProps } from './byte-block.tsx';
import { moveFocus } from './roving.ts';

export interface RuleListProps extends LitProps {
  readonly requirements: RequirementsView;
  readonly rules: readonly AppliedRule[];
  /** Shows a rule among all of them, with its tests. */
  readonly onRule: (id: string) => void;
}

export function RuleList(props: RuleListProps): JSX.Element {
  const { requirements, rules, pointed, onPoint, onRule } = props;
  const [stop, setStop] = useState<string | null>(null);
  if (requirements.kind !== 'ready') {
    const isFailed = requirements.kind === 'failed';
    return <p class="block-note">{isFailed ? 'The rules could not be loaded.' : 'Loading…'}</p>;
  }
  if (rules.length === 0) return <p class="block-note">None of its own.</p>;
  const isThere = rules.some(({ rule }) => rule.id === stop);
  const current = isThere ? stop : rules[0]?.rule.id;
  return (
    <ul class="rules" onKeyDown={moveFocus} onMouseLeave={() => onPoint(null)}>
      {rules.map(({ rule, isReason }) => {
        const point = (): void => onPoint({ kind: 'rule', rule });
        return (
          <li key={rule.id}>
            <button
              type="button"
              class="rule"
              data-stop
              data-lit={isRuleLit(pointed, rule)}
              tabIndex={rule.id === current ? 0 : -1}
              title="Shows it in Conformance, with its tests"
              onMouseEnter={point}
              onClick={() => onRule(rule.id)}
              onFocus={() => {
                setStop(rule.id);
                point();
              }}
            >
              <span class="rule-head">
                {isReason ? <b class="rule-reason">The reason</b> : null}
                <span class="mono">{rule.section}</span>
                <span class="rule-level">{rule.level}</span>
                <span class="rule-id mono">{rule.id}</span>
              </span>
              {rule.requirement}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
