// What `viommu boot` tells people at its end, in a few lines.

import type { RogueRequest, RogueResult } from '../../machine/rogue-access.ts';
import { endpointName, type BootReport } from './boot-report.ts';
import type { DriverProgress } from './run-record.ts';

/** What to know of an IOMMU that translates nothing. */
const DRIVER_NOTES: Readonly<Record<DriverProgress, readonly string[]>> = {
  none: ['No driver took the IOMMU (CONFIG_VIRTIO_IOMMU?): DMA goes past it.'],
  started: ['No driver took the IOMMU for an endpoint, though one started it: DMA goes past it.'],
  attached: [],
};

/** The report in words. */
export function summary(report: BootReport): string {
  const { ok, seconds, ranSeconds, requests, faults, domains, dma, commands, driver } = report;
  const failed = commands.filter(({ exitCode }) => exitCode !== 0).length;
  const isUp = seconds !== null;
  const prompt = isUp
    ? `the prompt came after ${seconds.toFixed(2)} s`
    : `there was no prompt after ${ranSeconds.toFixed(2)} s`;
  const lines = [
    `${ok ? 'Done' : 'Failed'}: ${prompt}; ${count(commands.length, 'command')}, ${failed} failed.`,
  ];
  if (driver === null) return `${[...lines, 'This machine has no IOMMU.'].join('\n')}\n`;
  const { attach, detach, map, unmap, probe } = requests;
  lines.push(
    ...(isUp ? DRIVER_NOTES[driver] : []),
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

/** What became of an access that no driver asked for. */
export function rogueSentence(
  { endpoint, address, access }: RogueRequest,
  result: RogueResult,
): string {
  const what = `Rogue ${access} by ${endpointName(endpoint)} at 0x${address.toString(16)}`;
  switch (result.outcome) {
    case 'blocked':
      return `${what}: blocked, fault at 0x${result.address.toString(16)}.`;
    case 'completed':
      if (result.region === 'msi') return `${what}: an interrupt message, which reached no memory.`;
      return `${what}: went through${result.isBypass ? ', past any translation' : ''}.`;
    case 'no-memory':
      return `${what}: nothing stopped it, but there is no memory.`;
    case 'no-master':
      return `${what}: not begun, its bus mastering is off.`;
  }
}

function inBytes(bytes: number): string {
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
