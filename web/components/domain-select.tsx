// Chooses the domain whose mappings are shown.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { DomainState, IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { IommuMode, MachineFailure, MachineInfo } from '../../src/worker/api/power.ts';
import { endpointName } from '../format/endpoint-name.ts';
import { standstill } from '../format/readiness.ts';
import type { Selection } from '../model/domain-choice.ts';

export interface DomainSelectProps {
  readonly device: ReadonlySignal<IommuState | null>;
  readonly info: ReadonlySignal<MachineInfo | null>;
  /** The one that is shown. */
  readonly domain: ReadonlySignal<number | null>;
  readonly onSelect: (selection: Selection) => void;
}

export interface EmptyFacts {
  readonly device: ReadonlySignal<IommuState | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  readonly failure: ReadonlySignal<MachineFailure | null>;
}

function endpointNames(info: MachineInfo | null, domain: DomainState): string {
  return domain.endpoints.map((id) => endpointName(info, id)).join(', ');
}

export function DomainSelect(props: DomainSelectProps): JSX.Element | null {
  const domains = props.device.value?.domains ?? [];
  const shown = props.domain.value;
  if (domains.length === 0) return null;
  return (
    <select
      class="field field-small"
      aria-label="Domain"
      value={String(shown ?? '')}
      onChange={(event) =>
        props.onSelect({ kind: 'domain', id: Number(event.currentTarget.value) })
      }
    >
      {shown === null ? <option value="">none</option> : null}
      {domains.map((domain) => (
        <option value={String(domain.id)}>
          {`D${domain.id} · ${endpointNames(props.info.value, domain) || 'empty'}`}
        </option>
      ))}
    </select>
  );
}

/** Why there is nothing of a domain to be shown. */
export function whyUnmapped(
  { mode, device, failure }: EmptyFacts,
  domain: DomainState | undefined,
): string {
  if (mode.value === 'off') return 'Without an IOMMU there are no mappings.';
  if (domain === undefined) {
    const end = standstill(failure.value);
    if (end !== null) return `${end}: no device is in a domain any more.`;
    return (device.value?.domains ?? []).length === 0
      ? 'No domains yet. Linux makes one for each device when its IOMMU driver starts.'
      : 'This device is in no domain.';
  }
  if (domain.isBypass) return 'A bypass domain has no mappings: its devices reach all memory.';
  return 'Nothing is mapped here now: its devices reach no memory at all.';
}
