// The attack: make a device access an address of your choice, and see whether the IOMMU lets it.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RogueRequest, RogueResult } from '../../src/worker/api.ts';
import { formatAddress, parseAddress } from '../format/address.ts';
import { faultReasonSentence, formatHexBytes } from '../format/iommu-words.ts';
import type { MachineSession } from '../machine-session.ts';
import { Pane } from './pane.tsx';
import { reasonNotReady } from './try-it.tsx';

const DEFAULT_ADDRESS = '0xdeadb000';
const LENGTH_BYTES = 16;

type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'result'; readonly request: RogueRequest; readonly result: RogueResult };

function ResultView({ outcome }: { outcome: Outcome }): JSX.Element | null {
  if (outcome.kind === 'none') {
    return (
      <p class="quiet">
        The device puts this address on the bus. The IOMMU looks for it among the mappings of the
        device’s domain: without a mapping there is no access, and Linux gets a report.
      </p>
    );
  }
  if (outcome.kind === 'error') {
    return (
      <p class="result" data-tone="blocked">
        <b>Not sent.</b> {outcome.message}
      </p>
    );
  }
  const { request, result } = outcome;
  if (result.outcome === 'blocked') {
    return (
      <p class="result" data-tone="blocked">
        <b>Blocked.</b> {faultReasonSentence(result.reason, request.access === 'write', null)}
      </p>
    );
  }
  if (result.outcome === 'no-memory') {
    return (
      <p class="result" data-tone="bypass">
        <b>Let through</b>, but there is no memory at {formatAddress(result.address)}.
      </p>
    );
  }
  const how = result.isBypass ? 'Nothing was checked (bypass).' : 'A mapping allows it.';
  return (
    <p class="result" data-tone={result.isBypass ? 'bypass' : 'translated'}>
      <b>{request.access === 'write' ? 'Written.' : 'Read.'}</b> {how}{' '}
      <code>{formatHexBytes(result.bytes.subarray(0, LENGTH_BYTES))}</code>
    </p>
  );
}

/** Whether the endpoint's domain has any mapping now. */
function hasMappings(session: MachineSession, endpoint: number | null): boolean {
  const { state } = session.model;
  const domain = state?.endpoints.find((each) => each.id === endpoint)?.domain;
  return (state?.domains.find((each) => each.id === domain)?.mappings ?? 0) > 0;
}

/** The selected endpoint; until one is selected the one made for this, else the first. */
function formEndpoint(session: MachineSession): number | null {
  const selection = session.selection.value;
  if (selection.kind === 'endpoint') return selection.id;
  const endpoints = session.info.value?.endpoints ?? [];
  const rogue = endpoints.find((each) => /rogue/i.test(each.name));
  return (rogue ?? endpoints[0])?.id ?? null;
}

/** Two addresses worth trying: one that is mapped nowhere, one that the device may use. */
function Suggestions({
  session,
  endpoint,
  onPick,
}: {
  session: MachineSession;
  endpoint: number | null;
  onPick: (address: string) => void;
}): JSX.Element {
  const canUseMapped = hasMappings(session, endpoint);
  const pickMapped = async (): Promise<void> => {
    const address = endpoint === null ? null : await session.findMappedAddress(endpoint);
    if (address !== null) onPick(formatAddress(address));
  };
  return (
    <>
      Try{' '}
      <button type="button" class="link" onClick={() => onPick(DEFAULT_ADDRESS)}>
        an unmapped address
      </button>{' '}
      or{' '}
      <button
        type="button"
        class="link"
        disabled={!canUseMapped}
        title={canUseMapped ? '' : 'Nothing is mapped for this device.'}
        onClick={() => void pickMapped()}
      >
        a mapped one
      </button>
      .
    </>
  );
}

function Form({ session }: { session: MachineSession }): JSX.Element {
  const [address, setAddress] = useState(DEFAULT_ADDRESS);
  const [access, setAccess] = useState<RogueRequest['access']>('write');
  const [outcome, setOutcome] = useState<Outcome>({ kind: 'none' });
  const [isSending, setSending] = useState(false);

  const endpoint = formEndpoint(session);
  const parsed = parseAddress(address);
  const reason = session.mode.value === 'off' ? 'This PC has no IOMMU.' : reasonNotReady(session);
  const isDisabled = reason !== null || endpoint === null || !parsed.isValid || isSending;

  const send = async (): Promise<void> => {
    if (endpoint === null || !parsed.isValid) return;
    const request = { endpoint, address: parsed.address, access, length: LENGTH_BYTES };
    setSending(true);
    try {
      setOutcome({ kind: 'result', request, result: await session.rogueDma(request) });
    } catch (error) {
      setOutcome({
        kind: 'error',
        message: error instanceof Error ? error.message : String(error),
      });
    } finally {
      setSending(false);
    }
  };

  return (
    <form
      class="rogue-form"
      aria-label="Rogue DMA"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isDisabled) void send();
      }}
    >
      <label class="control">
        <span>Device</span>
        <select
          class="field"
          disabled={endpoint === null}
          value={String(endpoint ?? '')}
          onChange={(event) =>
            session.select({ kind: 'endpoint', id: Number(event.currentTarget.value) })
          }
        >
          {session.info.value?.endpoints.map((each) => (
            <option value={String(each.id)}>{each.name}</option>
          ))}
        </select>
      </label>
      <fieldset class="control access">
        <legend>Access</legend>
        <div class="segments">
          {(['read', 'write'] as const).map((value) => (
            <label>
              <input
                type="radio"
                name="access"
                value={value}
                checked={access === value}
                onChange={() => setAccess(value)}
              />
              <span>{value === 'read' ? 'Read' : 'Write'}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <label class="control control-address">
        <span>Address (IOVA)</span>
        <input
          class="field mono"
          type="text"
          inputMode="text"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={address}
          aria-invalid={!parsed.isValid}
          aria-describedby="address-help"
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button-danger" disabled={isDisabled} title={reason ?? ''}>
        Send rogue DMA
      </button>
      <p class="control-help" id="address-help" data-invalid={!parsed.isValid}>
        {parsed.isValid ? (
          <Suggestions session={session} endpoint={endpoint} onPick={setAddress} />
        ) : (
          parsed.problem
        )}
      </p>
      <div class="rogue-result" aria-live="polite">
        {reason === null ? <ResultView outcome={outcome} /> : <p class="quiet">{reason}</p>}
      </div>
    </form>
  );
}

export function RoguePane({ session }: { session: MachineSession }): JSX.Element {
  return (
    <Pane id="rogue" title="Rogue DMA" note="Make a device go astray.">
      <Form session={session} />
    </Pane>
  );
}
