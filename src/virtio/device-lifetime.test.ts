// When a device runs, when it must not, and what its errors become.

import { describe, expect, it } from 'vitest';
import { BusError } from '../memory/address-space.ts';
import { MirrorDevice } from '../../test/rigs/mirror-device.ts';
import { createRig } from '../../test/rigs/virtio-rig.ts';
import { VIRTIO_F_VERSION_1 } from './features.ts';
import {
  VIRTIO_MMIO_INT_CONFIG,
  VIRTIO_MMIO_INT_VRING,
  VIRTIO_MMIO_QUEUE_READY,
  VIRTIO_MMIO_QUEUE_SEL,
} from './mmio-registers.ts';
import { RingError } from './virtqueue.ts';

const BEYOND_RAM = 0x1_0000_0000n;
const TWO_BYTES = { readable: [Uint8Array.of(1, 2)], writable: [2] };

function startMirror() {
  const device = new MirrorDevice();
  const rig = createRig(device);
  const [first, second] = rig.driver.start(VIRTIO_F_VERSION_1, [{}, {}]);
  if (first === undefined || second === undefined) throw new Error('two queues');
  return { device, first, second, ...rig };
}

describe('a running device', () => {
  it('[B11] hears of nothing before DRIVER_OK', () => {
    const device = new MirrorDevice();
    const { driver, line } = createRig(device);
    driver.negotiate(VIRTIO_F_VERSION_1);
    driver.setUpQueue(0).add(TWO_BYTES);
    driver.notify(0);
    expect(line.rises).toBe(0);
    expect(device.calls).toEqual([]);
    driver.addStatus(4);
    expect(device.calls).toEqual(['start']);
  });

  it.each([2, 0xffff, 0xffff_ffff])('[B23] ignores a notification for queue %s', (index) => {
    const { device, driver } = startMirror();
    driver.notify(index);
    expect(device.calls).toEqual(['reset', 'start']);
  });

  it('is not started twice', () => {
    const { device, driver } = startMirror();
    driver.addStatus(4);
    expect(device.calls).toEqual(['reset', 'start']);
  });

  it('[B23] takes a notification with nothing available for what it is', () => {
    const { driver, line } = startMirror();
    driver.notify(0);
    expect(driver.needsReset).toBe(false);
    expect(line.rises).toBe(0);
  });

  it('works from the host, guarded', () => {
    const { device, first, line } = startMirror();
    first.add(TWO_BYTES);
    device.context?.guard(() => device.answer(0));
    expect([...first.expectUsed().bytes]).toEqual([2, 1]);
    expect(line.isAsserted).toBe(true);
  });
});

describe('a bus or ring error', () => {
  it.each([
    ['BusError', new BusError('outside memory')],
    ['RingError', new RingError('loop')],
  ])('[B13] %s sets DEVICE_NEEDS_RESET, tells the driver and stops the device', (_name, error) => {
    const { device, driver, transport, first, second } = startMirror();
    device.onChain = () => {
      throw error;
    };
    first.add(TWO_BYTES);
    driver.notify(0);
    second.add(TWO_BYTES);
    driver.notify(1);
    let hasRun = false;
    device.context?.guard(() => {
      hasRun = true;
    });
    expect(driver.needsReset).toBe(true);
    expect(driver.takeInterrupts()).toBe(VIRTIO_MMIO_INT_CONFIG);
    expect(transport.failure).toBe(error.message);
    expect(device.calls).toEqual(['reset', 'start', 'notify 0']);
    expect(hasRun).toBe(false);
  });

  it('[B13] before DRIVER_OK sets DEVICE_NEEDS_RESET and sends no notification', () => {
    const device = new MirrorDevice();
    const { driver, line } = createRig(device);
    device.writeConfig = () => {
      throw new BusError('not now');
    };
    driver.negotiate(VIRTIO_F_VERSION_1);
    driver.writeConfig(0, 1, 1);
    expect(driver.needsReset).toBe(true);
    expect(line.rises).toBe(0);
    driver.addStatus(4);
    expect(driver.status & 4).toBe(0);
  });

  it('in guarded work does the same', () => {
    const { device, driver, first } = startMirror();
    first.writeDescriptor(0, { address: BEYOND_RAM, length: 4, flags: 2, next: 0 });
    first.makeAvailable(0);
    device.onChain = (chain) => chain.writable.write(0, Uint8Array.of(1));
    device.context?.guard(() => device.answer(0));
    expect(driver.needsReset).toBe(true);
  });

  it('leaves nothing to notify of: a later configuration change is not told', () => {
    const { device, driver, first, line } = startMirror();
    first.makeAvailable(999);
    driver.notify(0);
    driver.takeInterrupts();
    device.context?.notifyConfigChange();
    expect(line.isAsserted).toBe(false);
  });

  it('of our own passes through, for it is no fault of the driver', () => {
    const { device, driver, first } = startMirror();
    device.onChain = () => {
      throw new Error('internal error: test');
    };
    first.add(TWO_BYTES);
    expect(() => driver.notify(0)).toThrow('internal error');
  });

  it('[B12] is over with a reset', () => {
    const { device, driver, transport, first } = startMirror();
    first.makeAvailable(999);
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    expect(transport.failure).toBeUndefined();
    expect(driver.request(0, TWO_BYTES).length).toBe(2);
    expect(device.calls.filter((call) => call === 'reset')).toHaveLength(2);
  });
});

describe('re-entrance', () => {
  it('defers a notification inside a notification', () => {
    const { device, driver, first, second } = startMirror();
    device.onChain = () => {
      device.calls.push('chain');
      device.onChain = () => device.calls.push('chain');
      second.add(TWO_BYTES);
      driver.notify(1);
      driver.notify(0);
    };
    first.add(TWO_BYTES);
    first.add(TWO_BYTES);
    driver.notify(0);
    expect(device.calls.slice(2)).toEqual([
      'notify 0',
      'chain',
      'chain',
      'notify 1',
      'chain',
      'notify 0',
    ]);
    expect(first.deviceIndex).toBe(2);
    expect(second.deviceIndex).toBe(1);
  });

  it('[B27] drops a deferred notification when its queue is gone by then', () => {
    const { device, driver, first, second } = startMirror();
    device.onChain = () => {
      driver.notify(1);
      driver.writeRegister(VIRTIO_MMIO_QUEUE_SEL, 1);
      driver.writeRegister(VIRTIO_MMIO_QUEUE_READY, 0);
    };
    second.add(TWO_BYTES);
    first.add(TWO_BYTES);
    driver.notify(0);
    expect(device.calls).toEqual(['reset', 'start', 'notify 0']);
    expect(second.deviceIndex).toBe(0);
  });

  it('ends even when a device notifies itself for ever', () => {
    const { device, driver, first } = startMirror();
    device.onChain = () => {
      first.makeAvailable(0);
      driver.notify(0);
    };
    first.add({ readable: [Uint8Array.of(7)] });
    driver.notify(0);
    expect(device.calls.length).toBeLessThan(100);
  });

  it('runs guarded work inside a notification at once, and its error ends the whole', () => {
    const { device, driver, first } = startMirror();
    device.onChain = () => {
      device.context?.guard(() => {
        throw new BusError('event queue out of reach');
      });
    };
    first.add(TWO_BYTES);
    driver.notify(0);
    expect(driver.needsReset).toBe(true);
    expect(first.deviceIndex).toBe(0);
  });

  it('[B12] survives a reset in the middle: no queue is touched and nothing fails', () => {
    const { device, driver, memory, first, line } = startMirror();
    let before = new Uint8Array();
    device.onChain = () => {
      driver.reset();
      before = memory.bytes.slice();
    };
    first.add({ readable: [Uint8Array.of(1)] });
    first.add({ readable: [Uint8Array.of(2)] });
    driver.notify(0);
    expect(driver.status).toBe(0);
    expect(line.isAsserted).toBe(false);
    expect(memory.bytes.every((byte, index) => byte === before[index])).toBe(true);
  });

  it('takes no error of before a reset for one of after it', () => {
    const { device, driver, transport, first } = startMirror();
    device.onChain = () => {
      driver.reset();
      throw new BusError('late');
    };
    first.add(TWO_BYTES);
    driver.notify(0);
    expect(transport.failure).toBeUndefined();
    expect(driver.status).toBe(0);
  });

  it('[B12] gives a kept context no power over the next driver', () => {
    const { device, driver, line } = startMirror();
    const old = device.context;
    driver.start(VIRTIO_F_VERSION_1, [{}]);
    let hasRun = false;
    old?.guard(() => {
      hasRun = true;
    });
    old?.notifyConfigChange();
    expect(old?.queue(0)).toBeUndefined();
    expect(hasRun).toBe(false);
    expect(line.isAsserted).toBe(false);
  });
});

describe('save and restore', () => {
  it('goes on in the same memory where it stopped, through JSON', () => {
    const { driver, memory, transport, first } = startMirror();
    for (let round = 0; round < 5; round++) driver.request(0, TWO_BYTES);
    first.add(TWO_BYTES);
    const state = JSON.stringify(transport.save());

    const device = new MirrorDevice();
    const other = createRig(device);
    other.memory.bytes.set(memory.bytes);
    other.transport.restore(JSON.parse(state));
    expect(JSON.stringify(other.transport.save())).toBe(state);
    expect(device.calls).toEqual(['reset', 'start']);
    expect(device.context?.features).toBe(VIRTIO_F_VERSION_1);
    expect(other.line.isAsserted).toBe(true);
    expect(other.driver.takeInterrupts()).toBe(VIRTIO_MMIO_INT_VRING);

    other.driver.notify(0);
    memory.bytes.set(other.memory.bytes);
    expect(first.deviceIndex).toBe(6);
    expect([...first.expectUsed().bytes]).toEqual([2, 1]);
  });

  it('keeps a broken device broken', () => {
    const { driver, memory, transport, first, second } = startMirror();
    first.makeAvailable(999);
    driver.notify(0);
    second.add(TWO_BYTES);
    const state = transport.save();

    const device = new MirrorDevice();
    const other = createRig(device);
    other.memory.bytes.set(memory.bytes);
    other.transport.restore(state);
    other.driver.notify(1);
    expect(other.driver.needsReset).toBe(true);
    expect(other.transport.failure).toBe(transport.failure);
    expect(device.calls).toEqual(['reset', 'start']);
  });

  it('brings a running device back to where no driver was', () => {
    const { device, driver, transport } = startMirror();
    transport.restore(createRig(new MirrorDevice()).transport.save());
    expect(driver.status).toBe(0);
    expect(device.context).toBeUndefined();
  });
});
