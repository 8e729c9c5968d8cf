import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import type { DeviceRegisters } from '../../src/worker/api/look.ts';
import type { Looking } from '../model/moments.ts';
import { SelectedRegisters } from './device-registers.ts';

const EDU = 40;
const NET = 80;

function registersOf(first: number): DeviceRegisters {
  return { config: Uint8Array.of(first), window: null };
}

function rig() {
  const restarted = new Emitter<void>();
  const batches = new Emitter<void>();
  const looking = signal<Pick<Looking, 'kind'>>({ kind: 'live' });
  const asked: {
    endpoint: number;
    answer: (registers: DeviceRegisters | null) => void;
    refuse: (error: Error) => void;
  }[] = [];
  const api = {
    look: {
      registers: (endpoint: number) =>
        new Promise<DeviceRegisters | null>((answer, refuse) =>
          asked.push({ endpoint, answer, refuse }),
        ),
    },
  };
  const registers = new SelectedRegisters({ power: { restarted, batches, api }, looking });
  const answer = async (told: DeviceRegisters | null): Promise<void> => {
    asked.at(-1)?.answer(told);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { batches, looking, asked, registers, answer };
}

describe('the registers of the selected device', () => {
  it('are asked for at once and with each piece of news, one question at a time', async () => {
    const { batches, asked, registers, answer } = rig();
    const stop = registers.watch(EDU);
    batches.emit();
    expect(asked.map(({ endpoint }) => endpoint)).toEqual([EDU]);
    await answer(registersOf(1));
    const shown = registers.view.value;
    expect(shown).toEqual({ kind: 'there', endpoint: EDU, registers: registersOf(1) });
    batches.emit();
    await answer(registersOf(1));
    expect(registers.view.value).toBe(shown);
    stop();
    batches.emit();
    expect(asked).toHaveLength(2);
  });

  it('are asked for again after a worker that has ended', async () => {
    const { batches, asked, registers } = rig();
    registers.watch(EDU);
    asked[0]?.refuse(new Error('The PC was started afresh.'));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(registers.view.value.kind).toBe('none');
    batches.emit();
    expect(asked).toHaveLength(2);
  });

  it('of another device are not mixed up with those that were asked for before', async () => {
    const { asked, registers, answer } = rig();
    const stopFirst = registers.watch(EDU);
    registers.watch(NET);
    stopFirst();
    await answer(registersOf(1));
    expect(registers.view.value.kind).toBe('unasked');
    expect(asked.map(({ endpoint }) => endpoint)).toEqual([EDU, NET]);
    await answer(null);
    expect(registers.view.value).toEqual({ kind: 'none', endpoint: NET });
  });

  it('are not known of a moment that the machine does not stand at', async () => {
    const { looking, asked, registers, answer } = rig();
    registers.watch(EDU);
    await answer(registersOf(1));
    looking.value = { kind: 'past' };
    expect(registers.view.value).toEqual({ kind: 'past', endpoint: EDU });
    await answer(registersOf(1));
    expect(registers.view.value).toEqual({ kind: 'past', endpoint: EDU });
    looking.value = { kind: 'live' };
    await answer(registersOf(2));
    expect(asked).toHaveLength(3);
    expect(registers.view.value).toMatchObject({ kind: 'there', registers: registersOf(2) });
  });

  it('are nothing to be said of, also in the past, where a device has none', async () => {
    const { looking, registers, answer } = rig();
    looking.value = { kind: 'past' };
    registers.watch(NET);
    await answer(null);
    expect(registers.view.value).toEqual({ kind: 'none', endpoint: NET });
  });
});
