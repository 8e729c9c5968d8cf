import { describe, expect, it } from 'vitest';
import { DeviceTimers, type TimedCpu } from './device-timers.ts';
import type { V86CoreImports } from './v86-internals.ts';

/** An idle Linux's next event, in milliseconds. */
const NEXT_MS = 730;
/** GBL_EN of PM1: Linux has it always. */
const GLOBAL_LOCK_ENABLED = 0x20;
const TIMER_ENABLED = 0x1;

interface Clocks {
  readonly periodic_interrupt?: boolean;
  readonly update_interrupt?: boolean;
  readonly next_interrupt_alarm?: number;
  readonly pm1_enable?: number;
}

function cpuWith({ pm1_enable = GLOBAL_LOCK_ENABLED, ...clocks }: Clocks): TimedCpu {
  const alarms = { periodic_interrupt: false, update_interrupt: false, next_interrupt_alarm: 0 };
  const rtc = { rtc_time: 0, last_update: 0, ...alarms, ...clocks };
  const acpi = { last_timer: 0, timer_last_value: 0, timer_imprecision_offset: 0, pm1_enable };
  return { apic_timer: (nowMs) => NEXT_MS - nowMs, devices: { rtc, acpi } };
}

/** Timers that were looked at after 30 ms, where v86's own say so much. */
function lookedAt(v86Ms: number, ownMs?: number): DeviceTimers {
  const timers = new DeviceTimers();
  const core: Pick<V86CoreImports, 'run_hardware_timers'> = { run_hardware_timers: () => v86Ms };
  timers.install(core);
  if (ownMs !== undefined) timers.add(() => ownMs);
  core.run_hardware_timers(1, 30);
  return timers;
}

describe('DeviceTimers', () => {
  it('tells the time to the next interrupt of the local APIC, where v86 halts for 100 ms', () => {
    expect(lookedAt(100).restMs(cpuWith({}))).toBe(700);
  });

  it('tells no more than a device of ours waits', () => {
    expect(lookedAt(100, 450).restMs(cpuWith({}))).toBe(450);
    expect(lookedAt(100, 45).restMs(cpuWith({}))).toBe(45);
  });

  it.each<[string, Clocks]>([
    ['the periodic interrupt', { periodic_interrupt: true }],
    ['the update interrupt', { update_interrupt: true }],
    ['an alarm', { next_interrupt_alarm: 500 }],
    ['the power management timer', { pm1_enable: TIMER_ENABLED | GLOBAL_LOCK_ENABLED }],
  ])('tells what v86 does while %s may wake the CPU', (_what, clocks) => {
    expect(lookedAt(100).restMs(cpuWith(clocks))).toBe(100);
  });

  it('tells what v86 does when something is due before', () => {
    expect(lookedAt(12).restMs(cpuWith({}))).toBe(12);
  });
});
