// What reads filters: fetched with the first one that somebody writes.

export { compileFilter } from '../../src/trace/filter/compile-filter.ts';
export { RecordWords } from '../../src/trace/filter/record-words.ts';
export { parseFilter } from '../../src/trace/filter/parse-filter.ts';
export { kindsIn, withKinds } from '../events/kind-terms.ts';
