// Boots one guest in this process, `node boot-once.js MODE`, and prints what it took as JSON: a run of boot.ts.

import { setInterval } from 'node:timers';
import { WasmStore } from '../../src/iommu/engine/wasm-store.ts';
import { BootWatch } from '../../src/machine/boot-watch.ts';
import { demoShare } from '../../src/machine/images/demo-share.ts';
import { sharedFiles } from '../../src/machine/images/shared-files.ts';
import { Machine } from '../../src/machine/machine.ts';
import { loadImages } from '../../src/guest/guest-files.ts';
import { loadStoreWasm, loadV86Wasm } from '../../src/guest/wasm-modules.ts';
import { recordHeadOf } from '../../src/machine/plan/record-head.ts';
import { tapMachine } from '../../src/machine/record-tap.ts';
import type { EventChunk } from '../../src/trace/record/event-chunk.ts';
import { IommuRecord } from '../../src/trace/record/iommu-record.ts';
import { Recorder } from '../../src/trace/record/recorder.ts';
import { BOOT_MODES, type BootMode, type BootRun } from './boot-run.ts';

/** As often as the page gets a batch of events. */
const FRAME_MS = 16;
const MILLION = 1e6;

const APPEND: Readonly<Record<BootMode, string>> = {
  off: '',
  lazy: 'iommu.strict=0',
  strict: 'iommu.strict=1',
  recorded: 'iommu.strict=1',
  traced: 'iommu.strict=1',
};

async function createMachine(mode: BootMode): Promise<Machine> {
  const [images, v86Wasm, storeWasm] = await Promise.all([
    loadImages(),
    loadV86Wasm(),
    loadStoreWasm(),
  ]);
  return Machine.create({
    plan: { append: APPEND[mode], iommu: { mode: mode === 'off' ? 'off' : 'translated' } },
    images,
    v86Wasm,
    createStore: () => new WasmStore(storeWasm),
    pace: 'skip',
    keepsLog: false,
    share: sharedFiles(demoShare()),
  });
}

/**
 * Keeps everything that the IOMMU says, as the page does: gathered in the worker, handed to the page once a frame, and kept
 * there. Returns what ends it.
 */
function record(machine: Machine, withWho: boolean): () => IommuRecord {
  const recorder = new Recorder();
  const kept = new IommuRecord(recordHeadOf(machine.plan));
  const handOver = (): void => {
    const batches = recorder.take();
    const transfer = batches.flatMap(({ columns, requests }) => [columns, requests]);
    for (const batch of structuredClone(batches, { transfer })) kept.append(batch);
  };
  const forget = tapMachine(machine, recorder, { withWho });
  const frames = setInterval(handOver, FRAME_MS);
  return () => {
    handOver();
    clearInterval(frames);
    forget();
    return kept;
  };
}

/**
 * Runs the machine until its prompt is there, and returns what the guest executed. Rejects when it panics or loses its
 * power.
 */
function boot(machine: Machine): Promise<number> {
  const watch = new BootWatch();
  return new Promise((resolve, reject) => {
    machine.onPower((event) => reject(new Error(`the guest was ${event}`)));
    machine.console.onOutput((bytes) => {
      watch.take(bytes);
      if (watch.stage === 'ready') {
        machine.hold();
        resolve(machine.instructions);
      }
      if (watch.panic !== undefined) reject(new Error(`the guest panicked: ${watch.panic}`));
    });
    machine.run();
  });
}

/** Events that it is known of who asked for them. */
function askedOf({ columns, count }: EventChunk): number {
  return columns.who.subarray(0, count).filter((who) => who !== 0).length;
}

async function measure(mode: BootMode): Promise<BootRun> {
  const machine = await createMachine(mode);
  const isRecorded = mode === 'recorded' || mode === 'traced';
  const endRecord = isRecorded ? record(machine, mode === 'traced') : undefined;
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const instructions = await boot(machine);
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - before) / 1000;
  const chunks = endRecord?.().chunks ?? [];
  const run = {
    seconds,
    cpuSeconds: (user + system) / MILLION,
    instructions,
    events: chunks.reduce((sum, { count }) => sum + count, 0),
    asked: chunks.reduce((sum, chunk) => sum + askedOf(chunk), 0),
  };
  await machine.dispose();
  return run;
}

const mode = BOOT_MODES.find((name) => name === process.argv[2]);
if (mode === undefined) throw new Error(`usage: boot-once ${BOOT_MODES.join('|')}`);
console.log(JSON.stringify(await measure(mode)));
