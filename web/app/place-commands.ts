// Commands that lead to something: an endpoint, a domain, an event, a time, an address.

import { toGpa, toIova } from '../../src/memory/address.ts';
import type { Command } from '../commands/command.ts';
import type { Desk } from '../desk/desk.ts';
import { formatAddress } from '../format/address.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { formatExact, formatSeconds } from '../format/quantity.ts';
import type { Locator } from '../model/locator.ts';
import type { Place } from '../palette/go-to.ts';
import type { MachineSession } from '../session/machine-session.ts';
import type { ViewChoice } from './view-choice.ts';

export interface PlacePorts {
  readonly session: MachineSession;
  readonly choice: ViewChoice;
  readonly desk: Desk;
}

/** Selects something; Inspect brings the pane that shows it to the front. */
function select({ session, choice, desk }: PlacePorts, locator: Locator, pane: string): void {
  session.selection.select(locator);
  if (choice.view.peek() === 'inspect') desk.show(pane);
}

/** Every endpoint and every domain that there is. */
export function thingCommands(ports: PlacePorts): readonly Command[] {
  const { session } = ports;
  const info = session.power.info.value;
  const domains = session.shown.device.value?.domains ?? [];
  const namesOf = (ids: readonly number[]): string =>
    ids.map((id) => endpointName(info, id)).join(', ');
  return [
    ...(info?.endpoints ?? []).map(({ id, name, description }): Command => ({
      id: `endpoint ${id}`,
      title: name,
      group: 'Endpoints',
      hint: `Endpoint ${id}: ${description}`,
      run: () => select(ports, { kind: 'endpoint', id }, 'endpoints'),
    })),
    ...domains.map(({ id, endpoints }): Command => ({
      id: `domain ${id}`,
      title: `Domain ${id}`,
      group: 'Domains',
      hint: namesOf(endpoints) || 'No endpoint is attached',
      run: () => select(ports, { kind: 'domain', id }, 'mappings'),
    })),
  ];
}

function eventCommand(ports: PlacePorts, sequence: number): Command {
  const { moment, selection } = ports.session;
  const latest = moment.latest.value;
  const isKnown = sequence > 0 && sequence <= latest;
  const last = latest === 0 ? 'There are no events yet' : `The latest is #${formatExact(latest)}`;
  return {
    id: 'go to event',
    title: `Event #${formatExact(sequence)}`,
    group: 'Go to',
    hint: 'Look at the moment after it',
    reason: isKnown ? null : last,
    run: () => {
      moment.look(sequence);
      selection.select({ kind: 'event', sequence });
    },
  };
}

function timeCommand({ session }: PlacePorts, timeMs: number): Command {
  const { moment } = session;
  const sequence = moment.atTime(timeMs);
  return {
    id: 'go to time',
    title: `${formatSeconds(timeMs)} s`,
    group: 'Go to',
    hint: sequence === null ? 'The present' : `Event #${formatExact(sequence)} was the latest then`,
    reason: moment.latest.value === 0 ? 'There are no events yet' : null,
    run: () => moment.look(sequence),
  };
}

/** An address may be one of each domain, and one of memory. */
function addressCommands(
  ports: PlacePorts,
  { address, isOf }: Extract<Place, { kind: 'address' }>,
): readonly Command[] {
  const { session } = ports;
  const info = session.power.info.value;
  const text = formatAddress(address);
  const domains = session.shown.device.value?.domains ?? [];
  const memoryBytes = BigInt(info?.memoryBytes ?? 0);
  const ofDomains = domains.map(({ id, endpoints }): Command => ({
    id: `go to iova ${id}`,
    title: `${text} in domain ${id}`,
    group: 'Go to',
    hint: `As ${endpoints.map((each) => endpointName(info, each)).join(', ') || 'its devices'} would use it (IOVA)`,
    run: () => select(ports, { kind: 'iova', domain: id, iova: toIova(address) }, 'address-map'),
  }));
  const ofMemory: Command = {
    id: 'go to gpa',
    title: `${text} in memory`,
    group: 'Go to',
    hint: 'The page of the PC’s memory (GPA)',
    reason: address < memoryBytes ? null : `Memory ends at ${formatAddress(memoryBytes)}`,
    run: () => select(ports, { kind: 'page', gpa: toGpa(address & ~0xfffn) }, 'memory-map'),
  };
  if (isOf === 'iova') return ofDomains;
  return isOf === 'gpa' ? [ofMemory] : [...ofDomains, ofMemory];
}

/** What leads to a place that is named. */
export function goToCommands(ports: PlacePorts, place: Place): readonly Command[] {
  if (place.kind === 'event') return [eventCommand(ports, place.sequence)];
  if (place.kind === 'time') return [timeCommand(ports, place.timeMs)];
  return addressCommands(ports, place);
}
