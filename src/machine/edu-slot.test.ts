import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MEMORY_MIB } from '../../test/support/stopped-emulator.ts';
import { optionsOf } from '../../test/support/stopped-machine.ts';
import { EDU_WORK_MS } from '../endpoints/edu-device.ts';
import * as at from '../endpoints/edu-registers.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { createBoard, createDisks, type Board } from './board.ts';
import { deviceRegisters } from './device-registers.ts';
import { loadedImages } from './images/deferred-images.ts';
import { readPlan } from './plan/plan-check.ts';
import { BLOCK_ENDPOINT, EDU_ENDPOINT, EDU_PLACE, SHARE_ENDPOINT } from './plan/topology.ts';
import { RecordDoorbells } from './record-doorbells.ts';
import { rogueDma } from './rogue-dma.ts';
import { BoardImages } from './snapshot/board-image.ts';
import { endEmulator } from './v86/emulator.ts';

const CONFIG_ADDRESS = 0xcf8;
const CONFIG_DATA = 0xcfc;
const COMMAND = 0x04;
const MEMORY_AND_MASTER = 0x6;
const MSI = 0x40;
const AF_CONTROL = 0x5c;
const GUEST_PAGE = 0x20_0000;
/** Words of the local APIC that hold requested interrupts. */
const APIC_REQUESTED = 16;
const VECTOR = 0x31;

const OPTIONS = optionsOf();
const PLAN = readPlan({ memoryMiB: MEMORY_MIB, endpoints: { edu: true } });
const WITHOUT_IOMMU = readPlan({
  memoryMiB: MEMORY_MIB,
  endpoints: { edu: true },
  iommu: { mode: 'off' },
});

let boards: Board[] = [];
let disks = createDisks(new Uint8Array(512));

async function build(plan = PLAN): Promise<Board> {
  const images = await loadedImages(OPTIONS.images);
  disks = createDisks(images.disk);
  const options = { ...OPTIONS, plan };
  const board = await createBoard(options, disks, { sequence: 0, ranMs: 0, life: 0, images });
  boards.push(board);
  return board;
}

let board: Board;

beforeEach(async () => {
  board = await build();
});

afterEach(async () => {
  await Promise.all(boards.map(({ emulator }) => endEmulator(emulator)));
  boards = [];
});

/** What a guest does by its ports and memory. */
function guestOf({ emulator: { cpu, memory } }: Board) {
  const port = (number: number) => {
    const found = cpu.io.ports[number];
    if (found === undefined) throw new Error(`there is no port ${number}`);
    return found;
  };
  const select = (offset: number, bdf = EDU_PLACE.bdf): void =>
    port(CONFIG_ADDRESS).write32(0x8000_0000 | (bdf << 8) | (offset & 0xfc) | 0);
  const readConfig = (offset: number, bdf?: number): number => {
    select(offset, bdf);
    return port(CONFIG_DATA).read32(CONFIG_DATA) >>> 0;
  };
  const writeConfig = (offset: number, width: 8 | 16 | 32, value: number): void => {
    select(offset);
    port(CONFIG_DATA + (offset & 3))[`write${width}`](value);
  };
  const read = (offset: number): number => cpu.read32s(EDU_PLACE.base + offset) >>> 0;
  const write = (offset: number, value: number): void =>
    cpu.write32(EDU_PLACE.base + offset, value | 0);
  const isRequested = (vector: number): boolean => {
    const words = new Uint32Array(memory.buffer, cpu.get_apic_addr(), 46);
    return (((words[APIC_REQUESTED + (vector >> 5)] ?? 0) >>> (vector & 31)) & 1) !== 0;
  };
  const enableMessages = (): void => {
    writeConfig(MSI + 4, 32, 0xfee0_0000 | 0);
    writeConfig(MSI + 12, 16, 0x4000 | VECTOR);
    writeConfig(MSI + 2, 16, 1);
  };
  return { port, readConfig, writeConfig, read, write, isRequested, enableMessages };
}

/** Has v86 look at its timers when so much guest time has passed. */
function pass({ emulator }: Board, ms: number): number {
  emulator.clock.passIdle(ms);
  return emulator.cpu.main_loop();
}

describe('edu on the PCI bus', () => {
  it('is found where the plan says, and not without it', async () => {
    expect(guestOf(board).readConfig(0)).toBe(0x11e8_1234);
    expect(guestOf(board).readConfig(0x10)).toBe(EDU_PLACE.base);
    const bare = await build(readPlan({ memoryMiB: MEMORY_MIB, endpoints: { edu: false } }));
    expect(guestOf(bare).readConfig(0)).toBe(0xffff_ffff);
    expect(guestOf(bare).read(0)).toBe(0xffff_ffff);
    expect(bare.edu).toBeUndefined();
  });

  it('has configuration space in all widths, beside the others’', () => {
    const guest = guestOf(board);

    guest.writeConfig(COMMAND, 16, 0x2);
    guest.writeConfig(COMMAND + 1, 8, 0x4);
    expect(guest.readConfig(COMMAND)).toBe(0x0010_0402);
    guest.writeConfig(0, 32, 0);
    expect(guest.readConfig(0)).toBe(0x11e8_1234);
    guest.writeConfig(0x10, 32, -1);
    expect(guest.port(CONFIG_DATA).read32(CONFIG_DATA) >>> 0).toBe(0xfff0_0000);
    expect(guest.readConfig(0, 0)).toBe(0x1237_8086);
    expect(guest.readConfig(0, 0x06 << 3) & 0xffff).toBe(0x1af4);
  });

  it('has its registers in its window while its memory is on', () => {
    const guest = guestOf(board);
    expect(guest.read(at.EDU_IDENTIFICATION)).toBe(0xffff_ffff);

    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    guest.write(at.EDU_LIVENESS, 0x7fff_ffff);

    expect(guest.read(at.EDU_IDENTIFICATION)).toBe(at.EDU_IDENTIFICATION_VALUE);
    expect(guest.read(at.EDU_LIVENESS)).toBe(0x8000_0000);
  });

  it('is looked at without being touched, as v86’s own functions are', async () => {
    const guest = guestOf(board);
    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    guest.write(at.EDU_LIVENESS, 1);
    guest.write(at.EDU_FACTORIAL, 5);
    const before = board.edu?.save();

    const seen = deviceRegisters(board, EDU_ENDPOINT);

    const word = (offset: number) => seen?.window?.words.find((each) => each.offset === offset);
    expect(word(at.EDU_LIVENESS)?.value).toBe(0xffff_fffe);
    expect(word(at.EDU_STATUS)?.value).toBe(at.EDU_STATUS_COMPUTING);
    expect([...(seen?.config.subarray(0, 6) ?? [])]).toEqual([0x34, 0x12, 0xe8, 0x11, 6, 0]);
    expect(board.edu?.save()).toEqual(before);
    const share = deviceRegisters(board, SHARE_ENDPOINT);
    expect([...(share?.config.subarray(0, 2) ?? [])]).toEqual([0xf4, 0x1a]);
    expect(share?.window).toBeNull();
    expect(deviceRegisters(board, BLOCK_ENDPOINT)).toBeNull();
    const bare = await build(readPlan({ memoryMiB: MEMORY_MIB, endpoints: { edu: false } }));
    expect(deviceRegisters(bare, EDU_ENDPOINT)).toBeNull();
  });

  it('drops the bits of an address that the plan’s mask does not have', async () => {
    const narrow = await build({ ...PLAN, edu: { dmaMask: '0x1fffff' } });
    const guest = guestOf(narrow);
    narrow.memory.writeU32(0, GUEST_PAGE, 0x1111_1111);
    narrow.memory.writeU32(0, 0, 0x2222_2222);
    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    guest.write(at.EDU_DMA_COUNT, 4);
    const move = (from: number, to: number, command: number): void => {
      guest.write(at.EDU_DMA_SOURCE, from);
      guest.write(at.EDU_DMA_DESTINATION, to);
      guest.write(at.EDU_DMA_COMMAND, at.EDU_DMA_RUN | command);
      pass(narrow, EDU_WORK_MS);
    };

    move(GUEST_PAGE, at.EDU_BUFFER_ADDRESS, 0);
    move(at.EDU_BUFFER_ADDRESS, GUEST_PAGE + 8, at.EDU_DMA_TO_MEMORY);

    expect(narrow.memory.readU32(0, 8)).toBe(0x2222_2222);
    expect(narrow.memory.readU32(0, GUEST_PAGE + 8)).toBe(0);
  });

  it('moves bytes by its endpoint, when v86 looks at its timers', () => {
    const guest = guestOf(board);
    const notified: unknown[] = [];
    board.notifications.onNotify = (...what) => void notified.push(what);
    board.memory.writeU32(0, GUEST_PAGE, 0x1234_5678);
    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);

    guest.write(at.EDU_DMA_SOURCE, GUEST_PAGE);
    guest.write(at.EDU_DMA_DESTINATION, at.EDU_BUFFER_ADDRESS);
    guest.write(at.EDU_DMA_COUNT, 4);
    guest.write(at.EDU_DMA_COMMAND, at.EDU_DMA_RUN);
    expect(notified).toEqual([[EDU_ENDPOINT, 0]]);
    expect(board.iommu?.state().endpoints.find(({ id }) => id === EDU_ENDPOINT)).toMatchObject({
      bypassed: 0,
    });
    pass(board, EDU_WORK_MS);

    expect(board.iommu?.state().endpoints.find(({ id }) => id === EDU_ENDPOINT)).toMatchObject({
      bypassed: 1,
      bypassedBytes: 4,
    });
  });

  it('leaves a mark of its messages in a record that follows the IOMMU', () => {
    const guest = guestOf(board);
    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    guest.enableMessages();
    const recorder = new Recorder();
    new RecordDoorbells(recorder, () => ({ timeMs: 0, instructions: 0 })).follow(board.iommu);

    guest.write(at.EDU_INTERRUPT_RAISE, 1);

    expect(guest.isRequested(VECTOR)).toBe(true);
    expect([...recorder.take()].flatMap(({ marks }) => marks)).toMatchObject([
      { kind: 'doorbell', endpoint: EDU_ENDPOINT, address: 0xfee0_0000n, data: 0x4000 | VECTOR },
    ]);
  });

  it.each([
    ['through the IOMMU’s doorbell', PLAN],
    ['without an IOMMU', WITHOUT_IOMMU],
  ])('interrupts by messages %s', async (_what, plan) => {
    const own = await build(plan);
    const guest = guestOf(own);
    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    guest.enableMessages();
    expect(guest.isRequested(VECTOR)).toBe(false);

    guest.write(at.EDU_INTERRUPT_RAISE, 1);

    expect(guest.isRequested(VECTOR)).toBe(true);
  });

  it('makes no stray access while its bus mastering is off', () => {
    const request = {
      endpoint: EDU_ENDPOINT,
      address: 0x1000n,
      access: 'read',
      length: 4,
    } as const;
    expect(rogueDma(board, request)).toEqual({ outcome: 'no-master' });

    guestOf(board).writeConfig(COMMAND, 16, MEMORY_AND_MASTER);

    expect(rogueDma(board, request)).toMatchObject({ outcome: 'completed', isBypass: true });
  });

  it('has its bus mastering told of, by command and by reset', () => {
    const guest = guestOf(board);
    const told: unknown[] = [];
    board.iommu?.onEvent((event) => told.push(event));
    const isMaster = (): unknown =>
      board.iommu?.state().endpoints.find(({ id }) => id === EDU_ENDPOINT)?.isMaster;
    expect(isMaster()).toBe(false);

    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    expect(isMaster()).toBe(true);
    guest.writeConfig(AF_CONTROL, 8, 1);

    expect(isMaster()).toBe(false);
    expect(told).toEqual([
      { kind: 'master-changed', endpoint: EDU_ENDPOINT, isMaster: true, sequence: 1 },
      { kind: 'master-changed', endpoint: EDU_ENDPOINT, isMaster: false, sequence: 2 },
    ]);
  });

  it('is in an image of the board, with what is under way', async () => {
    const images = new BoardImages();
    const guest = guestOf(board);
    guest.writeConfig(COMMAND, 16, MEMORY_AND_MASTER);
    guest.write(at.EDU_FACTORIAL, 5);
    guest.write(at.EDU_STATUS, at.EDU_STATUS_INTERRUPT);
    const image = images.take(board, disks);
    expect(image.edu).toEqual(board.edu?.save());
    const other = await build();

    images.put(other, disks, image);
    expect(other.edu?.save()).toEqual(image.edu);
    pass(other, EDU_WORK_MS);

    expect(guestOf(other).read(at.EDU_FACTORIAL)).toBe(120);
    expect(guestOf(other).read(at.EDU_INTERRUPT_STATUS)).toBe(at.EDU_INTERRUPT_FACTORIAL);
  });
});
