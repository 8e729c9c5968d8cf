import { beforeEach, describe, expect, it } from 'vitest';
import { FakeBus } from '../../../test/support/fake-bus.ts';
import { BusError } from '../../memory/address-space.ts';
import { DmaBus, MAX_DATA_LENGTH } from './dma-bus.ts';

const AT = 0x1000;
const END = 0x10_0000;

let port: FakeBus;
let isBroken: boolean;
let bus: DmaBus;

beforeEach(() => {
  port = new FakeBus();
  isBroken = false;
  bus = new DmaBus(port, () => isBroken);
});

describe('ring words of a DmaBus', () => {
  it('are as v86 wants them: bytes and halves unsigned, words signed', () => {
    port.bytes.set([0xff, 0xfe, 0xfd, 0xfc], AT);
    expect(bus.read8(AT)).toBe(0xff);
    expect(bus.read16(AT)).toBe(0xfeff);
    expect(bus.read32s(AT)).toBe(0xfcfd_feff | 0);
  });

  it('are stored cut to their width', () => {
    bus.write16(AT, -1);
    bus.write32(AT + 4, -2);
    expect([...port.bytes.subarray(AT, AT + 8)]).toEqual([
      0xff, 0xff, 0, 0, 0xfe, 0xff, 0xff, 0xff,
    ]);
  });

  it.each([-4, 0xffff_fffc, END])(
    'at %i are a BusError, whatever the sign of the address',
    (address) => {
      expect(() => bus.read32s(address)).toThrow(BusError);
      expect(() => bus.write32(address, 0)).toThrow(BusError);
      expect(() => bus.read16(address)).toThrow(BusError);
      expect(() => bus.write16(address, 0)).toThrow(BusError);
      expect(() => bus.read8(address)).toThrow(BusError);
    },
  );

  it('are accessed through the rings of a port that tells them from data', () => {
    const rings = new FakeBus();
    rings.bytes[AT] = 7;
    const telling = new DmaBus(Object.assign(port, { rings }), () => false);
    expect(telling.read16(AT)).toBe(7);
    expect(telling.readDescriptor(AT, 0).addr_low).toBe(7);
    expect([...telling.read_blob(AT, 1)]).toEqual([0]);
  });

  it('cannot be reached by a broken device', () => {
    isBroken = true;
    expect(() => bus.read16(AT)).toThrow(BusError);
    expect(() => bus.write16(AT, 1)).toThrow(BusError);
    expect(port.reads).toBe(0);
  });
});

describe('data of a DmaBus', () => {
  it('is copied both ways', () => {
    bus.write_blob(Uint8Array.of(1, 2, 3), AT);
    expect([...bus.read_blob(AT, 3)]).toEqual([1, 2, 3]);
  });

  it('that the bus refuses reads as zeros, and is not stored', () => {
    port.bytes.set([1, 2, 3], AT);
    port.faultingPage = AT >>> 12;
    expect([...bus.read_blob(AT, 3)]).toEqual([0, 0, 0]);
    expect(() => bus.write_blob(Uint8Array.of(9), AT)).not.toThrow();
    expect(port.bytes[AT]).toBe(1);
  });

  it.each([-1, -0x8000_0000, MAX_DATA_LENGTH + 1, 0x7fff_ffff])(
    'of length %i is nothing, and takes no memory',
    (length) => {
      expect(bus.read_blob(AT, length).length).toBe(0);
    },
  );

  it('of no length makes no access, so that an unmapped address cannot fault', () => {
    bus.write_blob(new Uint8Array(), AT);
    expect(port.reads).toBe(0);
  });

  it('is lost to a broken device', () => {
    isBroken = true;
    bus.write_blob(Uint8Array.of(1), AT);
    expect([...bus.read_blob(AT, 1)]).toEqual([0]);
    expect(port.reads).toBe(0);
  });

  it('passes on an error that is ours', () => {
    const failing = new DmaBus(
      Object.assign(new FakeBus(), {
        write: () => {
          throw new Error('internal error');
        },
      }),
      () => false,
    );
    expect(() => failing.write_blob(Uint8Array.of(1), AT)).toThrow('internal error');
  });
});
