import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createIommuRig,
  ENDPOINT,
  OTHER_ENDPOINT,
  type IommuRig,
} from '../../test/rigs/iommu-rig.ts';
import { storeModule } from '../../test/support/stores.ts';
import { X86_MSI_REGION } from '../iommu/regions/reserved-regions.ts';
import { WasmStore } from '../iommu/engine/wasm-store.ts';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  TRANSLATE_FAULT,
  type MappingStore,
} from '../iommu/store/mapping-store.ts';
import type { Moment } from '../trace/replay/moment.ts';
import { ALL_FACTS } from '../trace/record/head.ts';
import { IommuRecord } from '../trace/record/iommu-record.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { History } from '../trace/replay/history.ts';
import { PAGE_READ, PAGE_WRITE, PAGE_WRONG } from './page-sweep.ts';
import { sweepPicture } from './sweep-picture.ts';
import { sweep, type SweepResult } from './sweep.ts';

const PAGE = 0x1000;
/** Pages that are swept: more than the rig has memory for, and more than is mapped. */
const PAGES = 1024;
const READ = 1;
const WRITE = 2;

const histories: History[] = [];
afterAll(() => histories.forEach((history) => history.dispose()));

/** An IOMMU with some mappings, and its present as the record has it. */
class Swept {
  readonly rig: IommuRig;
  readonly #recorder = new Recorder();

  constructor(change: (store: MappingStore) => Partial<MappingStore> = () => ({}), singles = 0) {
    const store = new WasmStore(storeModule);
    this.rig = createIommuRig({ store: changed(store, change(store)) });
    const { iommu } = this.rig;
    iommu.watch({
      request: (answered) => this.#recorder.addRequest(answered, 0, 0, 0),
      other: (event) => this.#recorder.add(event, { timeMs: 0, instructions: 0 }),
    });
    const driver = this.rig.start();
    const page = (number: number): bigint => BigInt(number * PAGE);
    const map = (virt: number, pages: number, phys: number, flags: number): void => {
      const range = { virtStart: page(virt), virtEnd: page(virt + pages) - 1n };
      expect(driver.map(1, { ...range, physStart: page(phys), flags })).toBe(0);
    };
    expect(driver.attach(1, ENDPOINT)).toBe(0);
    map(16, 4, 32, READ);
    map(20, 1, 40, READ | WRITE);
    map(21, 1, 44, WRITE);
    map(600, 2, 50, READ | WRITE);
    map(700, 1, 60, READ | WRITE);
    expect(driver.unmap(1, page(700), page(701) - 1n)).toBe(0);
    // Some end where the next one begins, and some do not; each leads somewhere else
    for (let each = 0; each < singles; each += 1)
      map(100 + each + (each >> 3), 1, 400 - each, READ);
  }

  get moment(): Moment {
    const device = {
      features: this.rig.iommu.deviceFeatures,
      pageSizeMask: BigInt(PAGE),
      inputRange: { start: 0n, end: 0xffff_ffffn },
      domainRange: { start: 0, end: 0xffff },
      probeSize: 512,
      isBootBypass: true,
      identityPolicy: 'reject',
      dialect: '1.2',
    } as const;
    const rest = { source: 'viommu', memoryBytes: null, kernel: null, facts: ALL_FACTS } as const;
    const endpoints = [ENDPOINT, OTHER_ENDPOINT].map((id) => ({ id, name: `${id}`, reserved: [] }));
    const record = new IommuRecord({ ...rest, device, endpoints });
    for (const batch of this.#recorder.take()) record.append(batch);
    const history = new History(record);
    histories.push(history);
    const moment = history.at(record.lastSequence);
    if (!moment.isKnown) throw new Error('the record knows all');
    return moment;
  }

  sweep(): Promise<SweepResult> {
    const { iommu, memory } = this.rig;
    const endpoints = [ENDPOINT, OTHER_ENDPOINT].map((id) => ({
      id,
      name: `${id}`,
      reserved: [X86_MSI_REGION],
    }));
    return sweep({ iommu, memory, options: {}, endpoints }, this.moment, {
      pages: PAGES,
      edgeAccesses: 400,
    });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The store with other answers to some questions. */
function changed(store: MappingStore, changes: Partial<MappingStore>): MappingStore {
  return new Proxy(store, {
    get: (target, name) => {
      const own: unknown = Reflect.get(Object.hasOwn(changes, name) ? changes : target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

describe('a sweep', () => {
  it('finds nothing wrong with the engine, and what each endpoint reaches', async () => {
    const swept = new Swept();
    const result = await swept.sweep();
    expect(result).toMatchObject({ pages: PAGES, leaked: 0, wronglyBlocked: 0, wrong: [] });
    expect(result.accesses).toBe(2 * (2 * PAGES + 400));
    const [mapped, unattached] = result.endpoints;
    const both = PAGE_READ | PAGE_WRITE;
    const reached = [...(mapped?.map ?? [])].flatMap((bits, page) =>
      bits === 0 ? [] : [[page, bits]],
    );
    expect(reached).toEqual([
      [16, PAGE_READ],
      [17, PAGE_READ],
      [18, PAGE_READ],
      [19, PAGE_READ],
      [20, both],
      [21, PAGE_WRITE],
      [600, both],
      [601, both],
    ]);
    // Boot bypass is on, and the rig has 512 pages of memory
    expect(unattached?.map.findLastIndex((bits) => bits === both)).toBe(511);
    expect(sweepPicture([{ name: 'a<b', result }])).toContain('a&lt;b: after event');
  });

  it('knows more mappings than a naive store is to look through, and accesses across many', async () => {
    const result = await new Swept(undefined, 300).sweep();
    expect(result).toMatchObject({ leaked: 0, wronglyBlocked: 0, wrong: [] });
    const map = result.endpoints[0]?.map ?? [];
    const reached = map.slice(100, 450).filter((bits) => bits === PAGE_READ);
    expect(reached).toHaveLength(300);
    const isBlind = new Swept(
      (store) => ({
        locate: () => -1,
        translate: (endpoint, high, low, length, access) =>
          low >> 12 === 100 + 129 + 16
            ? TRANSLATE_FAULT
            : store.translate(endpoint, high, low, length, access),
      }),
      300,
    );
    // One page of the third shelf
    const wrong = await isBlind.sweep();
    expect(wrong.wronglyBlocked).toBeGreaterThan(0);
    expect(wrong.wrong[0]).toMatchObject({ kind: 'wronglyBlocked', found: 'fault' });
  });

  it('leaves nothing behind: no event, no report, no count, no byte, no interrupt', async () => {
    const swept = new Swept();
    const { iommu, memory, line } = swept.rig;
    const look = (): object => ({
      state: iommu.state(),
      ram: sha256(memory.bytes),
      rises: line.rises,
    });
    const before = look();
    await swept.sweep();
    expect(look()).toEqual(before);
  });

  it.each<[string, 'leaked' | 'wronglyBlocked', (store: MappingStore) => Partial<MappingStore>]>([
    ['a mapping that outlives its UNMAP', 'leaked', () => ({ removeWords: () => 1 })],
    [
      'a short cut that takes a right to read for one to write',
      'leaked',
      (store) => ({
        locate: (endpoint, high, low, length) =>
          store.locate(endpoint, high, low, length, ACCESS_READ),
      }),
    ],
    [
      'a page that leads to its neighbour',
      'leaked',
      (store) => ({
        locate: (endpoint, high, low, length, access) => {
          const place = store.locate(endpoint, high, low, length, access);
          return place >> 12 === 51 ? place - PAGE : place;
        },
      }),
    ],
    [
      'a last byte of a page that is taken for the next',
      'wronglyBlocked',
      (store) => ({
        locate: () => -1,
        translate: (endpoint, high, low, length, access) =>
          access === ACCESS_WRITE && (low + length) % PAGE === 0
            ? TRANSLATE_FAULT
            : store.translate(endpoint, high, low, length, access),
      }),
    ],
  ])('finds %s', async (_name, kind, change) => {
    const result = await new Swept(change).sweep();
    expect(result[kind]).toBeGreaterThan(0);
    expect(result.wrong[0]).toMatchObject({ kind, endpoint: ENDPOINT });
    const isMarked = result.endpoints[0]?.map.some((bits) => (bits & PAGE_WRONG) !== 0);
    expect(isMarked).toBe(kind === 'leaked');
  });
});
