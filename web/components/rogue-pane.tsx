// The attack: make a device access an address of your choice, and see whether the IOMMU lets it.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Emitter } from '../../src/base/emitter.ts';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import type { IommuMode, MachineInfo } from '../../src/worker/api/power.ts';
import type { RogueRequest, RogueResult } from '../../src/worker/api/stray-dma.ts';
import { formatAddress, parseAddress } from '../format/address.ts';
import { Term } from '../glossary/term.tsx';
import type { Select } from './linked-words.tsx';
import { Pane } from './pane.tsx';
import { useOutcome, type Outcome } from './use-outcome.ts';
import { SEND_ROGUE, ADDRESS_LABEL, ROGUE_INTRO, rogueWords } from './rogue-words.ts';

const DEFAULT_ADDRESS = '0xdeadb000';
/** RAM of every PC this page makes. */
const MEMORY_ADDRESS = '0x00100000';
const LENGTH_BYTES = 16;

export interface RoguePaneProps {
  readonly info: ReadonlySignal<MachineInfo | null>;
  readonly mode: ReadonlySignal<IommuMode>;
  readonly device: ReadonlySignal<IommuState | null>;
  /** Why nothing can be sent now; null when it can. */
  readonly notReady: ReadonlySignal<string | null>;
  /** The endpoint a person has picked; null until then. */
  readonly endpoint: ReadonlySignal<number | null>;
  /** A machine starts from nothing: so does the form. */
  readonly restarted: Pick<Emitter<void>, 'on'>;
  /** That, or it is taken elsewhere in time. */
  readonly left: Pick<Emitter<void>, 'on'>;
  readonly onPick: (endpoint: number) => void;
  readonly onSend: (request: RogueRequest) => Promise<RogueResult>;
  /** The lowest address that is mapped for such an access of the endpoint now; null when there is none. */
  readonly findMapped: (endpoint: number, access: RogueRequest['access']) => bigint | null;
  /** The latest fault of the endpoint at an address; null when none is kept. */
  readonly findFault: (endpoint: number, address: bigint) => number | null;
  readonly onSelect: Select;
}

interface ResultProps {
  readonly mode: IommuMode;
  readonly outcome: Outcome;
  /** Shows why the access was stopped; null or absent where that is not offered. */
  readonly onWhy?: (() => void) | null;
}

export function ResultView({ mode, outcome, onWhy = null }: ResultProps): JSX.Element {
  if (outcome.kind === 'none') return <p class="quiet">{ROGUE_INTRO[mode]}</p>;
  if (outcome.kind === 'error') {
    return (
      <p class="result" data-tone="blocked">
        <b>Not sent.</b> {outcome.message}
      </p>
    );
  }
  const { verdict, text, isBlocked } = rogueWords(mode, outcome.request, outcome.result);
  return (
    <p class="result" data-tone={isBlocked ? 'blocked' : 'warning'}>
      <b>{verdict}</b> {text}
      {onWhy === null ? null : (
        <>
          {' '}
          <button type="button" class="link" title="Shows what led to it" onClick={onWhy}>
            Why?
          </button>
        </>
      )}
    </p>
  );
}

/** Shows the fault that the last request has come to; null when there is none, or none is kept. */
function whyOf(
  outcome: Outcome,
  { findFault, onSelect }: Pick<RoguePaneProps, 'findFault' | 'onSelect'>,
): (() => void) | null {
  if (outcome.kind !== 'result' || outcome.result.outcome !== 'blocked') return null;
  const sequence = findFault(outcome.request.endpoint, outcome.result.address);
  return sequence === null ? null : () => onSelect({ kind: 'event', sequence });
}

/** Whether the endpoint's domain has any mapping now. */
function hasMappings(state: IommuState | null, endpoint: number | null): boolean {
  const domain = state?.endpoints.find((each) => each.id === endpoint)?.domain;
  return (state?.domains.find((each) => each.id === domain)?.mappings ?? 0) > 0;
}

/** The endpoint a person has picked; until then the one made for this, else the first. */
export function formEndpoint(info: MachineInfo | null, pickedId: number | null): number | null {
  const endpoints = info?.endpoints ?? [];
  const picked = endpoints.find((each) => each.id === pickedId);
  const rogue = endpoints.find((each) => /rogue/i.test(each.name));
  return (picked ?? rogue ?? endpoints[0])?.id ?? null;
}

interface SuggestionsProps extends Pick<RoguePaneProps, 'mode' | 'device' | 'findMapped'> {
  readonly endpoint: number | null;
  readonly access: RogueRequest['access'];
  readonly onAddress: (address: string) => void;
}

function AddressLink({
  address,
  children,
  onAddress,
}: {
  address: string;
  children: string;
  onAddress: SuggestionsProps['onAddress'];
}): JSX.Element {
  return (
    <button type="button" class="link" onClick={() => onAddress(address)}>
      {children}
    </button>
  );
}

/** Two addresses worth trying: one that leads nowhere, one that the device may use for such an access. */
function Suggestions(props: SuggestionsProps): JSX.Element {
  const { endpoint, access, onAddress } = props;
  const [lacking, setLacking] = useState<string | null>(null);
  useEffect(() => setLacking(null), [endpoint, access]);
  if (props.mode.value !== 'translated') {
    return (
      <>
        Try{' '}
        <AddressLink address={MEMORY_ADDRESS} onAddress={onAddress}>
          an address in memory
        </AddressLink>{' '}
        or{' '}
        <AddressLink address={DEFAULT_ADDRESS} onAddress={onAddress}>
          one without
        </AddressLink>
        .
      </>
    );
  }
  const canUseMapped = hasMappings(props.device.value, endpoint);
  const pickMapped = (): void => {
    const address = endpoint === null ? null : props.findMapped(endpoint, access);
    if (address !== null) onAddress(formatAddress(address));
    else setLacking(access === 'write' ? 'writing' : 'reading');
  };
  return (
    <>
      Try{' '}
      <AddressLink address={DEFAULT_ADDRESS} onAddress={onAddress}>
        an unmapped address
      </AddressLink>{' '}
      or{' '}
      <button
        type="button"
        class="link"
        disabled={!canUseMapped}
        title={canUseMapped ? '' : 'Nothing is mapped for this device.'}
        onClick={pickMapped}
      >
        a mapped one
      </button>
      .{lacking === null ? '' : ` Nothing is mapped for ${lacking} now.`}
    </>
  );
}

function Form(props: RoguePaneProps): JSX.Element {
  const { restarted, onPick } = props;
  const [address, setAddress] = useState(DEFAULT_ADDRESS);
  const [access, setAccess] = useState<RogueRequest['access']>('write');
  const { outcome, isSending, send, forget } = useOutcome(props);

  useEffect(() => restarted.on(() => setAddress(DEFAULT_ADDRESS)), [restarted]);

  const endpoint = formEndpoint(props.info.value, props.endpoint.value);
  const mode = props.mode.value;
  const parsed = parseAddress(address, LENGTH_BYTES);
  const reason = props.notReady.value;
  const isDisabled = reason !== null || endpoint === null || !parsed.isValid || isSending;

  const submit = (): void => {
    if (isDisabled || endpoint === null || !parsed.isValid) return;
    send({ endpoint, address: parsed.address, access, length: LENGTH_BYTES });
  };

  return (
    <form
      class="rogue-form"
      aria-label="Rogue DMA"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label class="control">
        <span>Device</span>
        <select
          class="field"
          disabled={endpoint === null}
          value={String(endpoint ?? '')}
          onChange={(event) => onPick(Number(event.currentTarget.value))}
        >
          {props.info.value?.endpoints.map((each) => (
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
        <span>{ADDRESS_LABEL[mode]}</span>
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
          onInput={(event) => {
            setAddress(event.currentTarget.value);
            forget();
          }}
        />
      </label>
      <button type="submit" class="button button-danger" disabled={isDisabled} title={reason ?? ''}>
        {SEND_ROGUE}
      </button>
      <p class="control-help" id="address-help" data-invalid={!parsed.isValid}>
        {parsed.isValid ? (
          <>
            {/^\s*0x/i.test(address) ? '' : `Read as ${formatAddress(parsed.address)}. `}
            <Suggestions
              mode={props.mode}
              device={props.device}
              findMapped={props.findMapped}
              endpoint={endpoint}
              access={access}
              onAddress={setAddress}
            />
          </>
        ) : (
          parsed.problem
        )}
      </p>
      <div class="rogue-result" aria-live="polite">
        {reason === null ? (
          <ResultView mode={mode} outcome={outcome} onWhy={whyOf(outcome, props)} />
        ) : (
          <p class="quiet">{reason}</p>
        )}
      </div>
    </form>
  );
}

export function RoguePane(props: RoguePaneProps): JSX.Element {
  return (
    <Pane
      id="rogue"
      title="Rogue DMA"
      note={
        <>
          <Term of="dma" /> by hand.
        </>
      }
    >
      <Form {...props} />
    </Pane>
  );
}
