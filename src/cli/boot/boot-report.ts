// What `viommu boot --json` tells at its end. `boot-report.schema.json` describes it for programs.

import type { EndpointMode, IommuState, NumberedRequest } from '../../iommu/events/iommu-event.ts';
import {
  VIRTIO_IOMMU_FAULT_F_WRITE,
  VIRTIO_IOMMU_FAULT_R_DOMAIN,
  VIRTIO_IOMMU_FAULT_R_MAPPING,
} from '../../iommu/protocol/protocol.ts';
import { ENDPOINTS } from '../../machine/plan/topology.ts';
import type { RogueRequest, RogueResult } from '../../machine/rogue-access.ts';
import type { CommandResult } from '../../shell/command-shell.ts';
import type { EventTotals } from '../../trace/event-totals.ts';
import type { BootFailure } from './boot-failure.ts';
import type { DriverProgress, NumberedFault, RunRecord } from './run-record.ts';

/** Goes up when a program that reads reports has to be changed. */
export const REPORT_VERSION = 1;

/** A command of `--run` and what came of it. */
export interface CommandReport extends CommandResult {
  readonly command: string;
}

/** An access of `--rogue` and what came of it. */
export interface RogueOutcome {
  readonly request: RogueRequest;
  readonly result: RogueResult;
}

/** What is known when the run ends, well or not. */
export interface BootOutcome {
  /** Guest time from power on to the prompt; undefined when there never was one. */
  readonly bootMs: number | undefined;
  /** Guest time in all. */
  readonly ranMs: number;
  readonly instructions: number;
  readonly digest: string | undefined;
  readonly totals: EventTotals;
  readonly record: RunRecord;
  /** Undefined without an IOMMU. */
  readonly state: IommuState | undefined;
  readonly rogue: readonly RogueOutcome[];
  readonly commands: readonly CommandReport[];
  readonly failure: BootFailure | undefined;
}

type DmaCount = Readonly<Record<'translated' | 'bypassed' | 'blocked', number>>;

interface FaultReport {
  readonly sequence: number;
  readonly endpoint: number;
  readonly name: string;
  readonly address: string;
  readonly access: 'read' | 'write';
  readonly reason: string;
  readonly domain: number | null;
}

interface RogueReport {
  readonly endpoint: number;
  readonly name: string;
  readonly address: string;
  readonly access: 'read' | 'write';
  readonly outcome: RogueResult['outcome'];
  /** Whether it went past all translation; null unless it was completed. */
  readonly bypassed: boolean | null;
  /** Where it was blocked, and why; else null. */
  readonly faultAddress: string | null;
  readonly reason: string | null;
}

/** The line of `--json`. */
export interface BootReport {
  readonly version: typeof REPORT_VERSION;
  readonly ok: boolean;
  readonly failure: BootFailure | null;
  readonly seconds: number | null;
  readonly ranSeconds: number;
  readonly instructions: number;
  readonly digest: string | null;
  readonly driver: DriverProgress | null;
  readonly requests: Readonly<Record<'attach' | 'detach' | 'map' | 'unmap' | 'probe', number>>;
  readonly refused: readonly object[];
  readonly faults: number;
  readonly faultList: readonly FaultReport[];
  readonly rogue: readonly RogueReport[];
  readonly endpoints: readonly (DmaCount & {
    readonly id: number;
    readonly name: string;
    readonly mode: EndpointMode;
    readonly domain: number | null;
  })[];
  readonly domains: readonly {
    readonly id: number;
    readonly bypass: boolean;
    readonly endpoints: readonly number[];
    readonly mappings: number;
    readonly bytes: number;
  }[];
  readonly dma: DmaCount;
  readonly commands: readonly CommandReport[];
}

/** The report of an outcome. */
export function bootReport(outcome: BootOutcome): BootReport {
  const { bootMs, ranMs, instructions, digest, totals, record, state } = outcome;
  const { attach, detach, map, unmap, probe, faults } = totals;
  const endpoints = state?.endpoints ?? [];
  const sum = (name: keyof DmaCount): number =>
    endpoints.reduce((total, endpoint) => total + endpoint[name], 0);
  return {
    version: REPORT_VERSION,
    ok: outcome.failure === undefined,
    failure: outcome.failure ?? null,
    seconds: bootMs === undefined ? null : Math.round(bootMs) / 1000,
    ranSeconds: Math.round(ranMs) / 1000,
    instructions,
    digest: digest ?? null,
    driver: state === undefined ? null : record.driver,
    requests: { attach, detach, map, unmap, probe },
    refused: record.refused.map(describeRefused),
    faults,
    faultList: record.faults.map(describeFault),
    rogue: outcome.rogue.map(describeRogue),
    endpoints: endpoints.map(({ id, mode, domain, translated, bypassed, blocked }) => {
      return { id, name: endpointName(id), mode, domain, translated, bypassed, blocked };
    }),
    domains: (state?.domains ?? []).map(({ id, isBypass, endpoints: ids, mappings, bytes }) => {
      return { id, bypass: isBypass, endpoints: ids, mappings, bytes: Number(bytes) };
    }),
    dma: {
      translated: sum('translated'),
      bypassed: sum('bypassed'),
      blocked: sum('blocked'),
    },
    commands: outcome.commands.map(({ command, exitCode, output }) => {
      return { command, exitCode, output };
    }),
  };
}

/** Name of an endpoint in `--rogue` and the report. */
export function endpointName(id: number): string {
  return ENDPOINTS.find((endpoint) => endpoint.id === id)?.name ?? `endpoint ${id}`;
}

/** A request's name in the report. */
const REQUEST_OF = {
  attached: 'attach',
  detached: 'detach',
  mapped: 'map',
  unmapped: 'unmap',
  probed: 'probe',
  ignored: 'unknown',
} as const;

/** VIRTIO_IOMMU_S_*, by number. */
const STATUS_NAMES = [
  'OK',
  'IOERR',
  'UNSUPP',
  'DEVERR',
  'INVAL',
  'RANGE',
  'NOENT',
  'FAULT',
  'NOMEM',
];

function describeRefused({ sequence, kind, status, ...fields }: NumberedRequest): object {
  const values = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? hex(value) : value,
  ]);
  return {
    sequence,
    request: REQUEST_OF[kind],
    status: status === null ? null : (STATUS_NAMES[status] ?? String(status)),
    ...Object.fromEntries(values),
  };
}

function describeFault(fault: NumberedFault): FaultReport {
  const { sequence, endpoint, address, flags, reason, domain } = fault;
  return {
    sequence,
    endpoint,
    name: endpointName(endpoint),
    address: hex(address),
    access: (flags & VIRTIO_IOMMU_FAULT_F_WRITE) === 0 ? 'read' : 'write',
    reason: reasonName(reason),
    domain,
  };
}

function describeRogue({ request, result }: RogueOutcome): RogueReport {
  const { endpoint, address, access } = request;
  const isBlocked = result.outcome === 'blocked';
  return {
    endpoint,
    name: endpointName(endpoint),
    address: hex(address),
    access,
    outcome: result.outcome,
    bypassed: result.outcome === 'completed' ? result.isBypass : null,
    faultAddress: isBlocked ? hex(result.address) : null,
    reason: isBlocked ? reasonName(result.reason) : null,
  };
}

function reasonName(reason: number): string {
  if (reason === VIRTIO_IOMMU_FAULT_R_DOMAIN) return 'domain';
  return reason === VIRTIO_IOMMU_FAULT_R_MAPPING ? 'mapping' : 'unknown';
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
