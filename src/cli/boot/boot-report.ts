// What `viommu boot` tells at its end, for programs and for people.

import type { IommuState } from '../../iommu/events/iommu-event.ts';
import { ENDPOINTS } from '../../machine/plan/topology.ts';
import type { CommandResult } from '../../guest/command-shell.ts';
import type { EventTotals } from '../../trace/event-totals.ts';

/** A command of `--run` and what came of it. */
export interface CommandReport extends CommandResult {
  readonly command: string;
}

/** What is known when the run ends, well or not. */
export interface BootOutcome {
  /** Guest time to the prompt; undefined when there never was one. */
  readonly bootMs: number | undefined;
  /** Guest time at the end. */
  readonly timeMs: number;
  readonly totals: EventTotals;
  /** Undefined without an IOMMU. */
  readonly state: IommuState | undefined;
  readonly commands: readonly CommandReport[];
  /** Whether every step was done. */
  readonly isComplete: boolean;
}

/** The line of `--json`. */
export interface BootReport {
  readonly ok: boolean;
  readonly seconds: number;
  readonly requests: Readonly<Record<'attach' | 'detach' | 'map' | 'unmap' | 'probe', number>>;
  readonly faults: number;
  readonly domains: readonly {
    readonly id: number;
    readonly bypass: boolean;
    readonly endpoints: readonly number[];
    readonly mappings: number;
    readonly bytes: number;
  }[];
  readonly dma: Readonly<Record<'translated' | 'bypassed' | 'blocked', number>>;
  readonly commands: readonly CommandReport[];
}

/** The report of an outcome. */
export function bootReport(outcome: BootOutcome): BootReport {
  const { bootMs, timeMs, totals, state, commands, isComplete } = outcome;
  const { attach, detach, map, unmap, probe, faults } = totals;
  const sum = (name: 'translated' | 'bypassed' | 'blocked'): number =>
    (state?.endpoints ?? []).reduce((total, endpoint) => total + endpoint[name], 0);
  return {
    ok: isComplete && bootMs !== undefined && commands.every(({ exitCode }) => exitCode === 0),
    seconds: Math.round(bootMs ?? timeMs) / 1000,
    requests: { attach, detach, map, unmap, probe },
    faults,
    domains: (state?.domains ?? []).map(({ id, isBypass, endpoints, mappings, bytes }) => ({
      id,
      bypass: isBypass,
      endpoints,
      mappings,
      bytes: Number(bytes),
    })),
    dma: {
      translated: sum('translated'),
      bypassed: sum('bypassed'),
      blocked: sum('blocked'),
    },
    commands: commands.map(({ command, exitCode, output }) => ({ command, exitCode, output })),
  };
}

/** Name of an endpoint in `--rogue` and the summary. */
export function endpointName(id: number): string {
  return ENDPOINTS.find((endpoint) => endpoint.id === id)?.name ?? `endpoint ${id}`;
}

function inBytes(bytes: number): string {
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/** A few lines for people. */
export function summary(report: BootReport, isUp: boolean, hasIommu: boolean): string {
  const { ok, seconds, requests, faults, domains, dma, commands } = report;
  const failed = commands.filter(({ exitCode }) => exitCode !== 0).length;
  const lines = [
    `${ok ? 'Done' : 'Failed'}: ${isUp ? 'the prompt came' : 'there was no prompt'} after ${seconds.toFixed(2)} s; ${count(commands.length, 'command')}, ${failed} failed.`,
  ];
  if (!hasIommu) return `${[...lines, 'This machine has no IOMMU.'].join('\n')}\n`;
  const { attach, detach, map, unmap, probe } = requests;
  lines.push(
    `Requests: ${attach} attach, ${detach} detach, ${map} map, ${unmap} unmap, ${probe} probe.`,
    `DMA accesses: ${dma.translated} translated, ${dma.bypassed} bypassed, ${dma.blocked} blocked. ${count(faults, 'fault')}.`,
    'Domains:',
    ...domains.map(({ id, bypass, endpoints, mappings, bytes }) => {
      const names = endpoints.map(endpointName).join(', ');
      const content = bypass ? 'bypass' : `${count(mappings, 'mapping')}, ${inBytes(bytes)}`;
      return `  ${String(id).padStart(3)}  ${names.padEnd(16)}  ${content}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}
