import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_INDIRECT_DESC, VIRTIO_F_VERSION_1 } from '../virtio/features.ts';
import * as blk from './blk-protocol.ts';
import { CopyOnWriteDisk } from './block-backend.ts';
import { VirtioBlk } from './virtio-blk.ts';

const SECTORS = 64;
const DISK_BYTES = SECTORS * blk.SECTOR_BYTES;
const IN = blk.VIRTIO_BLK_T_IN;
const OUT = blk.VIRTIO_BLK_T_OUT;
const OK = blk.VIRTIO_BLK_S_OK;
const IOERR = blk.VIRTIO_BLK_S_IOERR;
const UNSUPP = blk.VIRTIO_BLK_S_UNSUPP;
const NO_STATUS = 0xee;
const BEYOND_RAM = 0x1_0000_0000n;

function header(type: number, sector: bigint): Uint8Array {
  const bytes = new Uint8Array(blk.VIRTIO_BLK_HEADER_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(blk.VIRTIO_BLK_HEADER_TYPE, type, true);
  view.setBigUint64(blk.VIRTIO_BLK_HEADER_SECTOR_LOW, sector, true);
  return bytes;
}

function startBlk(image = Uint8Array.from({ length: DISK_BYTES }, (_, index) => index * 7)) {
  const disk = new CopyOnWriteDisk(image);
  const device = new VirtioBlk({ backend: disk, serial: 'disk-of-the-test' });
  const rig = createRig(device);
  const features = VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC | device.deviceFeatures;
  const [queue] = rig.driver.start(features, [{}]);
  if (queue === undefined) throw new Error('one queue');
  return { disk, image, queue, ...rig };
}

describe('VirtioBlk', () => {
  it('shows its capacity in sectors and limits that fit its queue', () => {
    const { driver } = startBlk(new Uint8Array(DISK_BYTES + 100));
    expect(driver.readConfig(blk.VIRTIO_BLK_CONFIG_CAPACITY, 4)).toBe(SECTORS);
    expect(driver.readConfig(blk.VIRTIO_BLK_CONFIG_CAPACITY + 4, 4)).toBe(0);
    expect(driver.readConfig(blk.VIRTIO_BLK_CONFIG_SEG_MAX, 4)).toBe(126);
    expect(driver.readConfig(blk.VIRTIO_BLK_CONFIG_BLK_SIZE, 4)).toBe(512);
    expect(driver.readConfig(blk.VIRTIO_BLK_CONFIG_MIN_IO_SIZE, 2)).toBe(1);
    expect(driver.readConfig(blk.VIRTIO_BLK_CONFIG_OPT_IO_SIZE, 4)).toBe(4096);
  });

  it('reads sectors into buffers of any size, all in one used length', () => {
    const { driver, image } = startBlk();
    const used = driver.request(0, { readable: [header(IN, 3n)], writable: [512, 500, 12, 1] });
    expect(used.length).toBe(1025);
    expect(used.bytes.at(-1)).toBe(OK);
    expect(used.bytes.subarray(0, 1024)).toEqual(image.subarray(3 * 512, 5 * 512));
  });

  it('takes a header and a status that straddle descriptors and share them with data', () => {
    const { driver, image } = startBlk();
    const bytes = header(IN, 1n);
    const used = driver.request(0, {
      readable: [bytes.subarray(0, 5), bytes.subarray(5, 9), bytes.subarray(9)],
      writable: [100, 413],
      directDescriptors: 1,
    });
    expect(used.bytes).toEqual(Uint8Array.of(...image.subarray(512, 1024), OK));
  });

  it('writes sectors and leaves the image itself alone', () => {
    const { driver, disk, image } = startBlk();
    const before = image.slice();
    const data = new Uint8Array(1024).fill(0x42);
    const request = header(OUT, 7n);
    const used = driver.request(0, {
      readable: [request, data.subarray(0, 3), data.subarray(3)],
      writable: [1],
    });
    const stored = new Uint8Array(1024);
    disk.read(7 * 512, stored);
    expect([...used.bytes]).toEqual([OK]);
    expect(used.length).toBe(1);
    expect(stored).toEqual(data);
    expect(image).toEqual(before);
  });

  it('names itself, padded to 20 bytes', () => {
    const { driver } = startBlk();
    const request = { readable: [header(blk.VIRTIO_BLK_T_GET_ID, 0n)], writable: [20, 1] };
    const used = driver.request(0, request);
    expect(String.fromCharCode(...used.bytes.subarray(0, 20))).toBe('disk-of-the-test\0\0\0\0');
    expect(used.length).toBe(21);
  });

  it.each([
    ['flushes', header(blk.VIRTIO_BLK_T_FLUSH, 0n), 1, OK],
    ['answers UNSUPP to a type it does not know', header(11, 0n), 1, UNSUPP],
    ['answers IOERR to a header too short', header(IN, 0n).subarray(0, 15), 513, IOERR],
    ['reads the last sector', header(IN, 63n), 513, OK],
    ['reads nothing past the end', header(IN, 64n), 513, IOERR],
    ['reads nothing across the end', header(IN, 63n), 1025, IOERR],
    ['reads nothing at a sector beyond 32 bits', header(IN, 1n << 32n), 513, IOERR],
    ['reads nothing at the highest sector', header(IN, 2n ** 64n - 1n), 513, IOERR],
    ['reads nothing that is no whole sector', header(IN, 0n), 512, IOERR],
    ['reads no bytes when asked for none', header(IN, 0n), 1, OK],
  ])('%s', (_outcome, readable, writableBytes, status) => {
    const { driver } = startBlk();
    const used = driver.request(0, { readable: [readable], writable: [writableBytes] });
    expect(used.bytes.at(-1)).toBe(status);
    expect(driver.needsReset).toBe(false);
  });

  it('refuses to write past the end and changes nothing', () => {
    const { driver, disk } = startBlk();
    const data = new Uint8Array(1024).fill(0x42);
    const used = driver.request(0, { readable: [header(OUT, 63n), data], writable: [1] });
    expect([...used.bytes]).toEqual([IOERR]);
    expect(disk.save()).toEqual([]);
  });

  it('returns a request without room for a status unanswered', () => {
    const { driver } = startBlk();
    expect(driver.request(0, { readable: [header(IN, 0n)] }).length).toBe(0);
    expect(driver.needsReset).toBe(false);
  });
});

describe('VirtioBlk under random requests', () => {
  const request = fc.record({
    isWrite: fc.boolean(),
    sector: fc.nat(SECTORS + 1),
    sectors: fc.nat(4),
    fill: fc.nat(0xff),
    pieceBytes: fc.integer({ min: 100, max: 1100 }),
    directDescriptors: fc.nat(3),
  });

  // Lengths of at most `size` that add up to `total`.
  function lengths(total: number, size: number): number[] {
    const whole = Array.from({ length: Math.floor(total / size) }, () => size);
    return [...whole, total % size];
  }

  it('holds what a plain array holds', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 20 }), (requests) => {
        const { driver, image } = startBlk();
        const model = image.slice();
        for (const { isWrite, sector, sectors, fill, pieceBytes, directDescriptors } of requests) {
          const start = sector * blk.SECTOR_BYTES;
          const length = sectors * blk.SECTOR_BYTES;
          const isInside = start + length <= DISK_BYTES;
          const data = new Uint8Array(isWrite ? length : 0).map((_, index) => fill + index);
          const used = driver.request(0, {
            readable: [header(isWrite ? OUT : IN, BigInt(sector)), data],
            writable: lengths((isWrite ? 0 : length) + 1, pieceBytes),
            directDescriptors,
          });
          if (isWrite && isInside) model.set(data, start);
          const expected = isWrite ? data.subarray(0, 0) : model.subarray(start, start + length);
          expect(used.bytes.at(-1)).toBe(isInside ? OK : IOERR);
          expect(!isInside || Buffer.compare(used.bytes.subarray(0, -1), expected) === 0).toBe(
            true,
          );
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('VirtioBlk and memory it cannot reach', () => {
  // Descriptors: 0 header, 1 data, 2 status; every one inside RAM until a test moves it.
  function prepare(type: number, move: 0 | 1 | 2) {
    const rig = startBlk();
    const { memory, queue } = rig;
    memory.bytes.set(header(type, 0n), 0);
    memory.bytes[0x800] = NO_STATUS;
    const dataFlags = type === IN ? 2 : 0;
    const at = (index: number, address: bigint) => (move === index ? BEYOND_RAM : address);
    queue.writeDescriptor(0, { address: at(0, 0n), length: 16, flags: 1, next: 1 });
    queue.writeDescriptor(1, {
      address: at(1, 0x200n),
      length: 512,
      flags: 1 | dataFlags,
      next: 2,
    });
    queue.writeDescriptor(2, { address: at(2, 0x800n), length: 1, flags: 2, next: 0 });
    queue.makeAvailable(0);
    rig.driver.notify(0);
    return rig;
  }

  it.each([
    ['data to read into', IN, 1],
    ['data to write', OUT, 1],
    ['the header', IN, 0],
  ] as const)('%s: IOERR, and the disk goes on', (_what, type, move) => {
    const { memory, queue, driver } = prepare(type, move);
    expect(memory.bytes[0x800]).toBe(IOERR);
    expect(queue.deviceIndex).toBe(1);
    expect(driver.needsReset).toBe(false);
  });

  it('the status: DEVICE_NEEDS_RESET', () => {
    const { queue, driver } = prepare(IN, 2);
    expect(queue.deviceIndex).toBe(0);
    expect(driver.needsReset).toBe(true);
  });

  it('the ring: DEVICE_NEEDS_RESET', () => {
    const device = new VirtioBlk({
      backend: new CopyOnWriteDisk(new Uint8Array(DISK_BYTES)),
      serial: '',
    });
    const { driver } = createRig(device);
    driver.start(VIRTIO_F_VERSION_1, [{ toBus: (offset) => BEYOND_RAM + BigInt(offset) }]);
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
  });
});

describe('CopyOnWriteDisk', () => {
  const IMAGE_BYTES = 10_000;

  it('behaves as an array of bytes, and so does its restored copy', () => {
    const write = fc.record({
      offset: fc.nat(IMAGE_BYTES),
      bytes: fc.uint8Array({ maxLength: 9_000 }),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 8 }), (writes) => {
        const image = Uint8Array.from({ length: IMAGE_BYTES }, (_, index) => index);
        const disk = new CopyOnWriteDisk(image);
        const model = image.slice();
        for (const { offset, bytes } of writes) {
          const inside = bytes.subarray(0, IMAGE_BYTES - offset);
          disk.write(offset, inside);
          model.set(inside, offset);
        }
        const copy = new CopyOnWriteDisk(image);
        copy.restore(disk.save());
        const content = [new Uint8Array(IMAGE_BYTES), new Uint8Array(IMAGE_BYTES)] as const;
        disk.read(0, content[0]);
        copy.read(0, content[1]);
        expect(Buffer.compare(content[0], model)).toBe(0);
        expect(Buffer.compare(content[1], model)).toBe(0);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});
