// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { render, type ComponentChild } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { BLOCK_ENDPOINT, NET_ENDPOINT, ROGUE_ENDPOINT } from '../../src/machine/plan/topology.ts';
import type { IommuMode, MachineFailure } from '../../src/worker/api/power.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine, type FakeOptions } from '../testing/fake-machine.ts';
import { bootFraction } from '../components/boot-bar.tsx';
import { EndpointsPane } from '../components/endpoints-pane.tsx';
import { FailureNotice } from '../components/failure-notice.tsx';
import { FaultsPane } from '../components/faults-pane.tsx';
import { MappingsPane } from '../components/mappings-pane.tsx';
import { RecordingNotice } from '../components/recording-controls.tsx';
import { RoguePane } from '../components/rogue-pane.tsx';
import { StoryPane } from '../components/story-pane.tsx';
import { TopBar } from '../components/top-bar.tsx';
import { TryIt } from '../components/try-it.tsx';
import { paneProps } from './pane-props.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';

async function newSession(
  options: FakeOptions = {},
  mode: IommuMode = 'translated',
): Promise<MachineSession> {
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch, options),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  await session.power.start(mode);
  return session;
}

function show(content: ComponentChild): HTMLElement {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  render(content, root);
  return root;
}

function button(root: HTMLElement, name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll('button')].find((each) => each.textContent === name);
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
}

function type(root: HTMLElement, selector: string, text: string): void {
  const input = root.querySelector<HTMLInputElement>(selector);
  if (input === null) throw new Error(`no ${selector}`);
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
});

/** Lets the machine run and the page paint. */
async function run(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

describe('the rogue form and the faults', () => {
  it('says why it cannot be used until Linux is up', async () => {
    const session = await newSession();
    const root = show(<RoguePane {...paneProps(session).rogue} />);
    await run(1_000);
    expect(button(root, 'Send rogue DMA').disabled).toBe(true);
    expect(root.textContent).toContain('Waiting for Linux');
  });

  it('explains a wrong address and keeps it', async () => {
    const session = await newSession();
    const root = show(<RoguePane {...paneProps(session).rogue} />);
    await run(5_000);
    type(root, 'input[type=text]', '0xzz');
    await run(100);
    expect(root.textContent).toContain('Use hexadecimal digits only');
    expect(button(root, 'Send rogue DMA').disabled).toBe(true);
    expect(root.querySelector<HTMLInputElement>('input[type=text]')?.value).toBe('0xzz');
  });

  it('tells who was stopped where and why, and what Linux logs', async () => {
    const session = await newSession();
    const root = show(
      <>
        <RoguePane {...paneProps(session).rogue} />
        <FaultsPane {...paneProps(session).faults} />
      </>,
    );
    await run(5_000);
    button(root, 'Send rogue DMA').click();
    await run(500);
    expect(root.querySelector('.rogue-result')?.textContent).toContain('Blocked.');
    const card = root.querySelector('[aria-label=Faults] li')?.textContent;
    expect(card).toContain('rogue tried to write 16 bytes at 0xdeadb000');
    expect(card).toContain('No mapping in domain 6 allows writing');
    expect(card).toContain('page fault from EP 4098 at 0xdeadb000 [W]');
    expect(root.querySelector('[aria-live=assertive]')?.textContent).toContain('Blocked.');
  });

  it('offers an address that is mapped for the access, and warns of what then passes', async () => {
    const session = await newSession();
    const root = show(
      <>
        <RoguePane {...paneProps(session).rogue} />
        <FaultsPane {...paneProps(session).faults} />
      </>,
    );
    await run(5_000);
    session.pickEndpoint(BLOCK_ENDPOINT);
    const send = async (access: 'Read' | 'Write'): Promise<string> => {
      const label = [...root.querySelectorAll('.access label')].find(
        (each) => each.textContent === access,
      );
      label?.querySelector('input')?.click();
      await run(100);
      button(root, 'Send rogue DMA').click();
      await run(100);
      return root.querySelector('.rogue-result')?.textContent ?? '';
    };
    const pickMapped = async (): Promise<void> => {
      button(root, 'a mapped one').click();
      await run(100);
    };
    await send('Read');
    await pickMapped();
    expect(await send('Read')).toMatch(/^Read: 00 25 .* even to a device gone astray\.$/);
    expect(await send('Write')).toMatch(
      /^Blocked: not permitted\. In its domain .* mapped for reading only\. Why\?$/,
    );
    expect(root.querySelector('.fault .badge')?.textContent).toBe('Not permitted');
    button(root, 'Why?').click();
    await run(100);
    expect(root.querySelector('.fault-pick')?.getAttribute('aria-pressed')).toBe('true');
    await pickMapped();
    expect(await send('Write')).toMatch(/^Written: 16 × 0x5a at 0x.* gone astray\.$/);
    expect(root.querySelector('.result')?.getAttribute('data-tone')).toBe('warning');
  });

  it.each([
    ['translated', 'Nothing has been stopped yet. Press “Send rogue DMA”'],
    ['bypass', 'In bypass nothing is stopped. Press “Send rogue DMA”'],
  ] as const)(
    'are led to by the empty story, in the mode %s by its button',
    async (mode, words) => {
      const session = await newSession({}, mode);
      const { story, rogue } = paneProps(session);
      const root = show(
        <>
          <StoryPane {...story} />
          <RoguePane {...rogue} />
        </>,
      );
      await run(5_000);
      expect(root.textContent).toContain(words);
      button(root, 'Send rogue DMA').click();
      await run(100);
      expect(root.querySelector('.rogue-result')?.textContent).not.toBe('');
    },
  );

  it.each([
    ['off', 'There is no IOMMU: nothing was checked.', 'Address (guest-physical)'],
    ['bypass', 'Nothing was checked (bypass).', 'Address (guest-physical)'],
  ] as const)('lets everything pass in the mode %s, and says so', async (mode, lesson, label) => {
    const session = await newSession({}, mode);
    const root = show(<RoguePane {...paneProps(session).rogue} />);
    await run(5_000);
    expect(root.textContent).toContain(label);
    button(root, 'an address in memory').click();
    await run(100);
    button(root, 'Send rogue DMA').click();
    await run(100);
    expect(root.querySelector('.rogue-result')?.textContent).toContain(lesson);
  });

  it('keeps its device whatever else is clicked, and its default after a restart', async () => {
    const session = await newSession();
    const root = show(
      <>
        <RoguePane {...paneProps(session).rogue} />
        <EndpointsPane {...paneProps(session).endpoints} />
        <TryIt {...paneProps(session).console} />
      </>,
    );
    const field = () => root.querySelector<HTMLInputElement>('input[type=text]')?.value;
    const device = () => root.querySelector('select')?.value;
    await run(5_000);
    button(root, 'net-ping').click();
    session.selection.select({ kind: 'domain', id: 2 });
    await run(100);
    expect(device()).toBe(String(ROGUE_ENDPOINT));
    button(root, 'virtio-net').click();
    type(root, 'input[type=text]', '12345');
    await run(100);
    expect(device()).toBe(String(NET_ENDPOINT));
    expect(root.textContent).toContain('Read as 0x00012345.');
    void session.power.reset();
    await run(200);
    expect([device(), field()]).toEqual([String(ROGUE_ENDPOINT), '0xdeadb000']);
  });
});

describe('the endpoints', () => {
  it('show where each stands, and what the selected one is', async () => {
    const session = await newSession();
    const root = show(<EndpointsPane {...paneProps(session).endpoints} />);
    await run(100);
    expect(root.textContent).toContain('Bypass');
    await run(5_000);
    expect(root.querySelectorAll('.badge-attached').length).toBeGreaterThanOrEqual(5);
    button(root, 'virtio-net').click();
    await run(100);
    expect(root.textContent).toContain('Reaches only what is mapped in domain 1.');
    expect(session.iommu.latest.watched.domain).toBe(1);
  });

  it('have no figures where a trace tells of no access', async () => {
    const props = paneProps(await newSession()).endpoints;
    const root = show(<EndpointsPane {...props} isCounted={signal(false)} />);
    await run(5_000);
    const figures = [...root.querySelectorAll('tbody .number')].map((each) => each.textContent);
    expect(new Set(figures)).toEqual(new Set(['–']));
    expect(props.isCounted.value).toBe(true);
  });
});

describe('the endpoints without an IOMMU', () => {
  it('are listed as reaching all memory, without counts that nobody keeps', async () => {
    const root = show(<EndpointsPane {...paneProps(await newSession({}, 'off')).endpoints} />);
    await run(5_000);
    expect(root.querySelectorAll('tbody tr')).toHaveLength(6);
    expect(root.querySelectorAll('tbody .badge-bypass')).toHaveLength(6);
    expect(root.querySelector('thead')?.textContent).not.toContain('Blocked');
  });
});

describe('the commands', () => {
  it('are typed into the console, and show the domain of the endpoint they use', async () => {
    const session = await newSession();
    const printed: string[] = [];
    session.console.output.on((bytes) => void printed.push(new TextDecoder().decode(bytes)));
    const root = show(<TryIt {...paneProps(session).console} />);
    expect(button(root, 'net-ping').disabled).toBe(true);
    await run(5_000);
    button(root, 'net-ping').click();
    await run(200);
    expect(printed.join('')).toContain('net-ping');
    expect(session.iommu.selection.value).toEqual({ kind: 'endpoint', id: NET_ENDPOINT });
  });
});

describe('failures', () => {
  const kinds: readonly (readonly [MachineFailure['kind'], readonly string[]])[] = [
    ['no-webassembly', []],
    ['image-missing', ['Try again']],
    ['image-corrupt', ['Try again']],
    ['refused', ['Change it…', 'Start the usual PC']],
    ['files-needed', ['Choose the files…', 'Start the usual PC']],
    ['kernel-panic', ['Restart the PC']],
    ['kernel-oops', ['Restart the PC']],
    ['no-progress', ['Restart the PC']],
    ['no-answer', ['Restart the PC']],
    ['powered-off', ['Restart the PC']],
    ['halted', ['Restart the PC']],
    ['internal', ['Restart the PC']],
  ];
  it.each(kinds)('%s has a title, the cause, the last lines, and %j', async (kind, offers) => {
    const failure = { kind, message: 'the cause', consoleTail: ['last words'] };
    const session = await newSession({ failure });
    const root = show(<FailureNotice {...paneProps(session).console} />);
    await run(5_000);
    const alert = root.querySelector('[role=alert]');
    expect(alert?.querySelector('h3')?.textContent).toMatch(/\w/);
    expect(alert?.textContent).toContain('the cause');
    expect(alert?.textContent).toContain('last words');
    const buttons = [...(alert?.querySelectorAll('button') ?? [])];
    expect(buttons.map(({ textContent }) => textContent)).toEqual(offers);
  });
});

describe('a recording', () => {
  async function opened(options: FakeOptions, bytes: readonly number[]): Promise<HTMLElement> {
    const session = await newSession(options);
    const root = show(
      <>
        <TopBar {...paneProps(session).topBar} />
        <RecordingNotice {...paneProps(session).recording} />
      </>,
    );
    await run(5_000);
    const picker = root.querySelector<HTMLInputElement>('input[type=file]');
    if (picker === null) throw new Error('no field for a file');
    Object.defineProperty(picker, 'files', { value: [new Blob([new Uint8Array(bytes)])] });
    picker.dispatchEvent(new Event('change', { bubbles: true }));
    await run(500);
    return root;
  }

  it.each([
    [{}, [1, 2, 3], 'good', 'Identical: 1,234 events. The PC is paused', 'Paused'],
    [
      { replay: { identical: false, firstDifference: 77 } },
      [1, 2, 3],
      'bad',
      'Event 77 is the first that differs from the recording.',
      'Paused',
    ],
    [
      { replay: { damage: 'The recording is cut short.' } },
      [1, 2, 3],
      'bad',
      'The recording is cut short. Up to there: Identical',
      'Paused',
    ],
    [{}, [9], 'bad', 'This file is no recording of viommu.', 'Running'],
  ] as const)(
    '%j of the bytes %j is told in words',
    async (options, bytes, tone, words, status) => {
      const root = await opened(options, bytes);
      const notice = root.querySelector<HTMLElement>('.recording') ?? root;
      expect(notice.getAttribute('data-tone')).toBe(tone);
      expect(notice.textContent).toContain(words);
      expect(root.querySelector('.status-word')?.textContent).toBe(status);
      if (tone === 'good') {
        // It does not say "paused" of a PC that runs
        button(root, 'Resume').click();
        await run(500);
        expect(notice.textContent).toBe('');
        return;
      }
      button(notice, 'Close').click();
      await run(100);
      expect(notice.textContent).toBe('');
    },
  );
});

describe('a PC that does not run any more', () => {
  it.each([
    ['powered-off', 'Off', 'The PC is off'],
    ['halted', 'Halted', 'The PC has halted'],
  ] as const)('because it is %s is no alarm, and every pane says so', async (kind, word, words) => {
    const message = 'Linux did it.';
    const session = await newSession({ failure: { kind, message, consoleTail: [] } });
    const root = show(
      <>
        <TopBar {...paneProps(session).topBar} />
        <FailureNotice {...paneProps(session).console} />
        <EndpointsPane {...paneProps(session).endpoints} />
        <RoguePane {...paneProps(session).rogue} />
        <FaultsPane {...paneProps(session).faults} />
      </>,
    );
    await run(5_000);
    expect(root.querySelector('.status')?.getAttribute('data-status')).toBe('off');
    expect(root.querySelector('.status-word')?.textContent).toBe(word);
    for (const pane of ['rogue', 'faults']) {
      expect(root.querySelector(`#${pane}`)?.textContent).toContain(words);
    }
    expect(root.querySelector('.failure')?.getAttribute('data-kind')).toBe(kind);
    expect(root.querySelector('.failure')?.textContent).toContain(message);
    expect(root.querySelector('table')?.getAttribute('data-power')).toBe('off');
  });
});

describe('the mappings of a PC whose Linux has let go of its IOMMU', () => {
  it('are not announced for later', async () => {
    const session = await newSession(
      { failure: { kind: 'powered-off', message: '', consoleTail: [] } },
      'bypass',
    );
    const device = signal<IommuState | null>(null);
    const root = show(<MappingsPane {...paneProps(session).mappings} device={device} />);
    await run(5_000);
    expect(root.textContent).toContain('The PC is off: no device is in a domain any more.');
    expect(root.textContent).not.toContain('Linux makes one');
  });
});

describe('bootFraction', () => {
  it('grows with the stages and with the download', () => {
    const download = { stage: 'download', loadedBytes: 50, totalBytes: 100 } as const;
    const rest = { detail: '', elapsedMs: 0 };
    expect(bootFraction({ ...download, ...rest })).toBeCloseTo(0.5 / 6);
    expect(bootFraction({ stage: 'kernel', loadedBytes: 0, totalBytes: 0, ...rest })).toBe(0.5);
    expect(bootFraction({ stage: 'ready', loadedBytes: 0, totalBytes: 0, ...rest })).toBe(1);
  });
});
