// What counts stretches of the record: fetched when somebody shows the figures first.

export { StretchCount } from '../../src/trace/statistics/stretch-count.ts';
