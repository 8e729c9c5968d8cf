// `npm run moments -- --events 1000000`: a guest runs the demo's commands until there are that many events. At random ones its
// device is asked for its state; afterwards the record must answer the same for each, and so must a replay from the first
// event on. Tells how long an answer takes, and how much memory an event.

import { parseArgs } from 'node:util';
import { GuestSession } from '../../src/guest/guest-session.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import type { RecordedEvent } from '../../src/trace/recorded-event.ts';
import { History } from '../../src/trace/replay/history.ts';
import { Random } from '../differential/random.ts';
import { answerOf, answerOfMoment, digestOf } from './device-answer.ts';
import { NaiveReplay } from './naive-replay.ts';

const COMMANDS = ['disk-read virtio', 'disk-read ide', 'net-ping', 'share-read'];
/** More than all events take. */
const RECORD_BYTES = 1 << 30;
const REPORT_MS = 10_000;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    moments: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
  },
});

function wholeNumber(name: keyof typeof values): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`--${name} takes a whole number from 1, not "${values[name]}"`);
}

const [count, moments, seed] = [wholeNumber('events'), wholeNumber('moments'), wholeNumber('seed')];

const recorder = new Recorder();
const waiting: RecordedEvent[] = [];
let listen = (event: RecordedEvent): void => void waiting.push(event);

console.log(`a guest runs ${COMMANDS.join(', ')}, until there are ${count} events`);
const session = await GuestSession.start({
  recordsEvents: false,
  onEvent: (event) => listen(event),
});
const { iommu } = session;
const record = new IommuRecord(iommu.record.head, { maxBytes: RECORD_BYTES });
const history = new History(record);

/** The digest of what the device said after an event. */
const asked = new Map<number, string>();
const chance = moments / count;
const random = new Random(seed);

function take({ timeMs, instructions, event }: RecordedEvent): void {
  recorder.add(event, { timeMs, instructions });
}

for (const event of waiting) take(event);
listen = (recorded) => {
  take(recorded);
  const { sequence } = recorded.event;
  if (asked.size >= moments || !random.chance(1.05 * chance)) return;
  asked.set(sequence, digestOf(answerOf(iommu.state(), (domain) => iommu.mappings(domain))));
};
recorder.filled.on(() => {
  for (const batch of recorder.take()) record.append(batch);
});

let reportedMs = performance.now();
for (let round = 0; record.lastSequence < count; round += 1) {
  const command = COMMANDS[round % COMMANDS.length] ?? '';
  const { exitCode, output } = await session.run(command);
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${output}`);
  for (const batch of recorder.take()) record.append(batch);
  if (performance.now() - reportedMs < REPORT_MS) continue;
  reportedMs = performance.now();
  console.log(`${record.lastSequence} events, the device was asked ${asked.size} times`);
}
await session.dispose();

const tookMs: number[] = [];
let wrong = 0;
for (const [sequence, digest] of asked) {
  const begin = performance.now();
  const moment = history.at(sequence);
  const answer = moment.isKnown ? answerOfMoment(moment) : undefined;
  tookMs.push(performance.now() - begin);
  if (answer !== undefined && digestOf(answer) === digest) continue;
  wrong += 1;
  console.error(`after event ${sequence} the record says something else than the device did`);
}

const replay = new NaiveReplay(record.head);
for (let sequence = 1; sequence <= record.lastSequence; sequence += 1) {
  const recorded = record.event(sequence);
  if (recorded === undefined) throw new Error(`event ${sequence} is missing`);
  replay.apply(recorded.event);
  const digest = asked.get(sequence);
  if (digest === undefined || digestOf(replay.answer()) === digest) continue;
  wrong += 1;
  console.error(`after event ${sequence} a replay says something else than the device did`);
}

const sorted = tookMs.toSorted((one, other) => one - other);
const percentile = (part: number): string =>
  `${(sorted[Math.floor(part * sorted.length)] ?? NaN).toFixed(3)} ms`;
const requests = record.chunks.reduce((sum, chunk) => sum + chunk.requests.capacity, 0);
const perEvent = (bytes: number): string => (bytes / record.count).toFixed(2);
console.log(`${record.count} events, ${asked.size} moments, ${wrong} wrong`);
console.log(`a moment with all mappings: median ${percentile(0.5)}, 99% ${percentile(0.99)}`);
console.log(
  `bytes an event: ${perEvent(record.bytes - requests)} record, ${perEvent(history.bytes)} history`,
);
process.exitCode = wrong === 0 && asked.size > 0 ? 0 : 1;
