// `npm run bench -- NAME [--runs N] [--json]`: measures on the real guest.

import { parseArgs } from 'node:util';
import { benchmarkBoot } from './boot.ts';

const USAGE = 'usage: npm run bench -- boot [--runs N] [--json]';
const DEFAULT_RUNS = 5;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string' }, json: { type: 'boolean' } },
});
const runs = Number(values.runs ?? DEFAULT_RUNS);
if (positionals.join() !== 'boot' || !Number.isInteger(runs) || runs < 1) {
  console.error(USAGE);
  process.exit(2);
}
const isJson = values.json === true;
const result = benchmarkBoot(runs, (text) => {
  if (!isJson) console.log(text);
});
if (isJson) {
  console.log(JSON.stringify(result));
} else {
  const { translated, off, ratio } = result;
  console.log(
    `median: ${translated.median.toFixed(3)} s behind the IOMMU, ${off.median.toFixed(3)} s without it`,
  );
  console.log(`ratio:  ${ratio.toFixed(3)}`);
}
