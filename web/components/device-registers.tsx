// The registers of a PCI device, as they are now.

import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DeviceRegisters } from '../../src/worker/api/look.ts';
import { eduBuffer, eduRows, type RegisterRow } from '../inspector/edu-registers.ts';
import type { Pointed } from '../inspector/lit.ts';
import { configBlocks } from '../inspector/pci-config.ts';
import type { RegistersView } from '../model/registers-view.ts';
import { ByteBlockView } from './byte-block.tsx';
import { LinkedWords, type Select } from './linked-words.tsx';

export interface DeviceRegistersProps {
  readonly endpoint: number;
  /** The domain that it is in; null for none. */
  readonly domain: number | null;
  readonly registers: ReadonlySignal<RegistersView>;
  /** Looks at an endpoint until the function that it returns is called. */
  readonly onWatch: (endpoint: number) => () => void;
  readonly onSelect: Select;
}

function Row({ row, onSelect }: { row: RegisterRow; onSelect: Select }): JSX.Element {
  const { offset, name, value, words } = row;
  return (
    <tr>
      <td class="mono register-offset">0x{offset.toString(16).padStart(2, '0')}</td>
      <th scope="row">
        {name}
        {value === '' ? null : <span class="mono register-value">{value}</span>}
      </th>
      <td>
        <LinkedWords words={words} onSelect={onSelect} />
      </td>
    </tr>
  );
}

/** What is known of this endpoint; undefined for no PCI function, and before an answer. */
function knownOf(
  { value }: ReadonlySignal<RegistersView>,
  endpoint: number,
): DeviceRegisters | 'past' | undefined {
  if (value.kind === 'unasked' || value.kind === 'none' || value.endpoint !== endpoint) {
    return undefined;
  }
  return value.kind === 'past' ? 'past' : value.registers;
}

/** The registers in its memory window, of a device where they can be looked at; keeps them looked at. */
export function WindowRegisters(props: DeviceRegistersProps): JSX.Element | null {
  const { endpoint, domain, registers, onWatch, onSelect } = props;
  const [pointed, setPointed] = useState<Pointed | null>(null);
  useEffect(() => onWatch(endpoint), [endpoint, onWatch]);
  const known = knownOf(registers, endpoint);
  if (known === 'past') {
    return (
      <section class="block" aria-label="Registers">
        <h3>Registers</h3>
        <p class="block-note">
          The record has requests, not registers: what they held at the moment that is shown is not
          known. Take the whole machine there, at the time bar, and they are here.
        </p>
      </section>
    );
  }
  if (known === undefined || known.window === null) return null;
  return (
    <>
      <section class="block" aria-label="Registers of edu">
        <h3>
          Registers <span class="clause">QEMU, “EDU device”</span>
        </h3>
        <p class="block-note">
          A driver reads and writes them in the device’s memory window. They are shown as they are
          now; looking does not touch them.
        </p>
        <table class="table fields registers" aria-label="Registers of edu">
          <tbody>
            {eduRows(known.window, domain).map((row) => (
              <Row key={row.offset} row={row} onSelect={onSelect} />
            ))}
          </tbody>
        </table>
      </section>
      <ByteBlockView
        block={eduBuffer(known.window)}
        rules={[]}
        pointed={pointed}
        onPoint={setPointed}
        onSelect={onSelect}
      />
    </>
  );
}

/** Its configuration space, of any PCI device. */
export function ConfigRegisters(
  props: Pick<DeviceRegistersProps, 'endpoint' | 'registers' | 'onSelect'>,
): JSX.Element | null {
  const { endpoint, registers, onSelect } = props;
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const known = knownOf(registers, endpoint);
  if (known === undefined || known === 'past') return null;
  return (
    <>
      {configBlocks(known.config).map((block) => (
        <ByteBlockView
          key={block.title}
          block={block}
          rules={[]}
          pointed={pointed}
          onPoint={setPointed}
          onSelect={onSelect}
        />
      ))}
    </>
  );
}
