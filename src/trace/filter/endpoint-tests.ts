// Tests of endpoints. MAP and UNMAP have each endpoint that is attached to their domain at that moment.

import { Attachments, isStep, OTHERS, WANTED, type AttachmentSources } from './attachments.ts';
import { markRanges } from './mark-facts.ts';
import { passes } from './number-tests.ts';
import { NumberRanges, type Wanted } from './ranges.ts';
import { kindTable, type Test } from './row-test.ts';

const IS_OF_DOMAIN = kindTable((kind) => kind === 'mapped' || kind === 'unmapped');

/** A test of `endpoint`. */
export function endpointTest(wanted: Wanted, sources: AttachmentSources): Test {
  const { ranges, isNegated } = wanted;
  const numbers = new NumberRanges(ranges);
  const attachments = new Attachments(sources, (endpoint) => numbers.has(endpoint));
  const has = kindTable((kind) =>
    ['attached', 'detached', 'probed', 'faulted', 'master-changed'].includes(kind),
  );
  const steps = Uint8Array.from({ length: 256 }, (_, code) => Number(isStep(code)));
  const passing = isNegated ? OTHERS : WANTED;
  return {
    rows: (chunk, from, to, out) => {
      const { kind, endpoint, domain } = chunk.columns;
      attachments.moveTo(chunk, from);
      for (let row = from; row < to; row += 1) {
        const code = kind[row] ?? 0;
        if (out[row - from] === 1) {
          if (IS_OF_DOMAIN[code] === 1) {
            out[row - from] = Number(attachments.whoIsIn(domain[row] ?? 0) === passing);
          } else if (has[code] === 0 || numbers.has(endpoint[row] ?? 0) === isNegated) {
            out[row - from] = 0;
          }
        }
        if (steps[code] === 1) attachments.step(chunk, row);
      }
    },
    mark: (mark) => passes(markRanges(mark, 'endpoint'), wanted),
  };
}
