import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stoppedEmulator } from '../../../test/support/stopped-emulator.ts';
import { CONSOLE_PORTS, NET_PORTS, SHARE_PORTS } from '../../../test/support/v86-driver.ts';
import type { Emulator } from './emulator.ts';
import { tapIde, tapVirtio } from './notification-taps.ts';

const PRIMARY_COMMAND = 0xb400;
const PRIMARY_STATUS = 0xb402;
const START = 1;
const START_READ = 9;
const STOP = 8;

let emulator: Emulator;
let heard: string[] = [];

beforeAll(async () => {
  emulator = await stoppedEmulator();
  const { cpu } = emulator;
  const { virtio_net: net, virtio_9p: share, virtio_console: console, ide } = cpu.devices;
  for (const { virtio } of [net, share, console]) {
    tapVirtio(cpu, virtio, (queue) => heard.push(`${virtio.name} ${queue}`));
  }
  tapIde(cpu, [ide.primary, ide.secondary], (channel) => heard.push(`ide ${channel}`));
});

beforeEach(() => {
  heard = [];
});

describe('a notification', () => {
  it.each([
    [NET_PORTS.notify, 0, 'virtio-net 0'],
    [NET_PORTS.notify + 2, 1, 'virtio-net 1'],
    [NET_PORTS.notify + 4, 2, 'virtio-net 2'],
    [SHARE_PORTS.notify, 0, 'virtio-9p 0'],
    [CONSOLE_PORTS.notify + 6, 3, 'virtio-console 3'],
    [CONSOLE_PORTS.notify, 4, 'virtio-console 4'],
  ])('at port %i of queue %i is heard as %s', (port, queue, words) => {
    emulator.onGuestTime(() => emulator.cpu.io.ports[port]?.write16(queue));
    expect(heard).toEqual([words]);
  });

  it.each([
    [PRIMARY_COMMAND, START_READ, ['ide 0']],
    [PRIMARY_COMMAND, START, ['ide 0']],
    [PRIMARY_COMMAND, STOP, []],
    [PRIMARY_STATUS, START, []],
  ])('at bus master port %i by %i is heard as %j', (port, value, words) => {
    emulator.onGuestTime(() => emulator.cpu.io.ports[port]?.write8(value));
    expect(heard).toEqual(words);
  });

  it('is heard when the bus master is started by a wider write', () => {
    emulator.onGuestTime(() => emulator.cpu.io.ports[PRIMARY_COMMAND]?.write32(START_READ));
    expect(heard).toEqual(['ide 0']);
  });

  it('cannot be heard of a device that is elsewhere', () => {
    const { cpu } = emulator;
    const { virtio_net: net, ide } = cpu.devices;
    const moved = { ...net.virtio, name: 'virtio-9p' };
    expect(() => tapVirtio(cpu, moved, () => undefined)).toThrow(/no notification port/);
    expect(() => tapIde(cpu, [ide.secondary ?? ide.primary, ide.primary], () => undefined)).toThrow(
      /no bus master of IDE channel/,
    );
  });
});
