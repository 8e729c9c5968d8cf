import { describe, expect, it } from 'vitest';
import { Emitter } from '../base/emitter.ts';
import { InputError } from '../machine/images/guest-images.ts';
import type { RogueRequest } from '../machine/rogue-access.ts';
import { ACCESS_READ } from '../iommu/store/mapping-store.ts';
import { toGpa, toIova } from '../memory/address.ts';
import { ArmedAccess, type ArmedMachine, type ArmedSights } from './armed-access.ts';

const ENDPOINT = 8;
const DOMAIN = 1;
const PLACED = { endpoint: ENDPOINT, access: 'read', length: 4, address: 0x1000n } as const;
const SIGHTS: ArmedSights = {
  counter: () => () => 0,
  newest: () => undefined,
  stage: 'ready',
};

/** A machine of whose ticks the test tells; it refuses accesses as the real one does. */
class TickedMachine implements ArmedMachine {
  isBusy = false;
  ranMs = 0;
  instructions = 0;
  waitingUnmaps: ArmedMachine['waitingUnmaps'] = [];
  mapped: { readonly virtStart: bigint; readonly virtEnd: bigint }[] = [];
  readonly made: RogueRequest[] = [];
  readonly #ticks = new Emitter<void>();

  get iommu(): ArmedMachine['iommu'] {
    const endpoint = { id: ENDPOINT, mode: 'attached', domain: DOMAIN, isMaster: true } as const;
    const none = { translated: 0, translatedBytes: 0, bypassed: 0, bypassedBytes: 0 };
    return {
      sequence: 1,
      state: () => ({
        endpoints: [{ ...endpoint, ...none, blocked: 0, blockedBytes: 0, reserved: [] }],
      }),
      mappings: (_domain, from) =>
        this.mapped
          .filter(({ virtEnd }) => virtEnd >= from)
          .map(({ virtStart, virtEnd }) => ({
            virtStart: toIova(virtStart),
            virtEnd: toIova(virtEnd),
            physStart: toGpa(0n),
            flags: ACCESS_READ,
          })),
    };
  }

  checkAccess({ length }: RogueRequest): void {
    if (length < 1) throw new InputError('A rogue access is 1 to 4096 bytes long.');
  }

  rogueDma(request: RogueRequest): { readonly outcome: 'no-master' } {
    this.checkAccess(request);
    if (this.isBusy) throw new InputError('The machine is amid a power cycle.');
    this.made.push(request);
    return { outcome: 'no-master' };
  }

  onTick(listener: () => void): () => void {
    return this.#ticks.on(listener);
  }

  tick(ms = 1): void {
    this.ranMs += ms;
    this.#ticks.emit();
  }
}

describe('an armed access', () => {
  it('waits for another tick where the machine cannot be touched, as amid a power cycle', () => {
    const machine = new TickedMachine();
    const armed = new ArmedAccess(machine, SIGHTS, {
      request: PLACED,
      when: { kind: 'every', ms: 1 },
    });

    machine.isBusy = true;
    machine.tick();
    expect(armed.shots).toEqual([]);
    machine.isBusy = false;
    machine.tick();

    expect(machine.made).toEqual([PLACED]);
  });

  it('is refused when it is armed, not when it is made', () => {
    const machine = new TickedMachine();
    const request = { ...PLACED, length: 0 };

    expect(
      () => new ArmedAccess(machine, SIGHTS, { request, when: { kind: 'every', ms: 1 } }),
    ).toThrow(InputError);
    machine.tick();
    expect(machine.made).toEqual([]);
  });

  it('goes to the first byte of a waiting UNMAP that is still mapped', () => {
    const machine = new TickedMachine();
    const { endpoint, access, length } = PLACED;
    const armed = new ArmedAccess(machine, SIGHTS, {
      request: { endpoint, access, length },
      when: { kind: 'unmap-waits' },
    });
    const gone = { position: 0, domain: DOMAIN, virtStart: 0x1000n, virtEnd: 0x1fffn };
    const half = { position: 1, domain: DOMAIN, virtStart: 0x4000n, virtEnd: 0x5fffn };

    machine.mapped = [{ virtStart: 0x5000n, virtEnd: 0x5fffn }];
    machine.waitingUnmaps = [gone];
    machine.tick();
    expect(machine.made).toEqual([]);
    machine.waitingUnmaps = [gone, half];
    machine.tick();

    expect(machine.made).toEqual([{ endpoint, access, length, address: 0x5000n }]);
    expect(armed.shots).toHaveLength(1);
  });
});
