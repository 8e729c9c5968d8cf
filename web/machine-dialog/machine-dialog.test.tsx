// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { fakeKernel, type FakeKernelHeader } from '../../test/support/fake-kernel.ts';
import { DEFAULT_PLAN, readPlan } from '../../src/machine/plan/plan-check.ts';
import { parsePlanParameter, planText } from '../../src/machine/plan/plan-json.ts';
import { decodeParameter } from '../../src/machine/plan/plan-parameter.ts';
import type { BootRequest } from '../../src/worker/api/power.ts';
import { NO_FILES } from './chosen-files.ts';
import { labelOf } from './fields.ts';
import { MachineDialog, type MachineDialogProps } from './machine-dialog.tsx';
import { PRESETS } from './presets.ts';

const CHECKSUM = 'ab'.repeat(32);

function kernelFile(name = 'my-bzImage', header: Partial<FakeKernelHeader> = {}): File {
  return new File([new Uint8Array(fakeKernel(header))], name);
}

async function shown(changes: Partial<MachineDialogProps> = {}) {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const onStart = vi.fn<MachineDialogProps['onStart']>();
  const onClose = vi.fn();
  const onSave = vi.fn();
  const props: MachineDialogProps = {
    running: DEFAULT_PLAN,
    asked: { plan: {}, iommu: null },
    files: NO_FILES,
    canSave: true,
    linkOf: ({ plan }) => `https://example.org/?plan=${typeof plan === 'string' ? plan : ''}`,
    onSave,
    onClose,
    onStart,
    ...changes,
  };
  await act(() => render(<MachineDialog {...props} />, root));
  const one = <E extends Element>(selector: string, type: { new (): E }): E => {
    const found = root.querySelector(selector);
    if (found instanceof type) return found;
    throw new Error(`There is no ${selector}.`);
  };
  const help = (path: string): string =>
    one(`#machine-${path.replace('.', '-')}-help`, HTMLElement).textContent;
  const write = (selector: string, text: string): Promise<void> =>
    act(() => {
      const field = root.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector);
      if (field === null) throw new Error(`There is no ${selector}.`);
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
  const pick = (selector: string, value: string): Promise<void> =>
    act(() => {
      const field = one(selector, HTMLSelectElement);
      field.value = value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    });
  const press = (name: string): Promise<void> =>
    act(() => {
      const button = [...root.querySelectorAll('button')].find(
        (each) => (each.getAttribute('aria-label') ?? each.textContent) === name,
      );
      if (button === undefined) throw new Error(`There is no button ${name}.`);
      button.click();
    });
  const drop = async (path: string, ...files: readonly File[]): Promise<void> => {
    const target = one(`#machine-${path.replace('.', '-')} .machine-drop`, HTMLElement);
    const event = new Event('drop', { bubbles: true, cancelable: true });
    Object.assign(event, { dataTransfer: { files } });
    await act(() => void target.dispatchEvent(event));
    expect(event.defaultPrevented).toBe(true);
    await vi.waitFor(() => expect(target.textContent).not.toContain('Reading'));
    await act(() => undefined);
  };
  const json = (): string => one('#machine-json', HTMLTextAreaElement).value;
  const told = (): string => one('.machine-told', HTMLElement).textContent;
  const startButton = (): HTMLButtonElement => one('[type=submit]', HTMLButtonElement);
  const start = async (): Promise<BootRequest | undefined> => {
    await act(() => startButton().click());
    return onStart.mock.calls.at(-1)?.[0];
  };
  return {
    root,
    onStart,
    onClose,
    onSave,
    help,
    write,
    pick,
    press,
    drop,
    json,
    told,
    start,
    startButton,
  };
}

/** The plan that a request asks for. */
function planOf(request: BootRequest | undefined) {
  if (request === undefined) throw new Error('Nothing was started.');
  return typeof request.plan === 'string'
    ? parsePlanParameter(request.plan)
    : readPlan(request.plan);
}

describe('the machine dialog', () => {
  it('opens with what runs, and starts the usual machine from its snapshot', async () => {
    const { root, told, start, json, onStart } = await shown();
    expect(root.querySelector('dialog')?.open).toBe(true);
    expect(JSON.parse(json())).toEqual(DEFAULT_PLAN);
    expect(told()).toBe(
      'Nothing is changed. The usual PC starts at its prompt. The session that runs now ends.',
    );
    expect(await start()).toEqual({ plan: {}, iommu: null });
    expect(onStart).toHaveBeenCalledOnce();
  });

  it('says that a file is the project’s own, so that it is clear why nothing is changed', async () => {
    const { drop, root, told } = await shown();
    await drop('images.bios', new File([readFileSync('guest-images/seabios.bin')], 'bios.bin'));
    expect(root.textContent).toContain('bios.bin, 128 KiB: the same as the project’s');
    expect(told()).toContain('Nothing is changed.');
  });

  it('says what is changed, that it boots from power-on, and saves the session first', async () => {
    const { write, told, start, press, onSave } = await shown();
    await write('#machine-memoryMiB', '256');
    await write('#machine-append', 'quiet');
    expect(told()).toBe(
      'Changed: memory is 256 MiB and was 128; the addition to the command line is "quiet" and was empty. The PC boots from power-on. The session that runs now ends.',
    );
    await press('Save this session');
    expect(onSave).toHaveBeenCalledOnce();
    expect(planOf(await start())).toEqual(readPlan({ memoryMiB: 256, append: 'quiet' }));
  });

  it.each<[path: string, selector: string, wrong: string, words: string, right: string]>([
    ['memoryMiB', '#machine-memoryMiB', '12', 'The machine can have 72 to 1024 MiB', '96'],
    ['memoryMiB', '#machine-memoryMiB', 'much', 'This must be a whole number', '96'],
    ['append', '#machine-append', 'straße', 'printable ASCII', 'quiet'],
    ['iommu.pageSizeMask', '#machine-iommu-pageSizeMask', '0', 'at least one bit set', '0x1000'],
    ['iommu.pageSizeMask', '#machine-iommu-pageSizeMask', 'x', '64 bits such as', '0x1000'],
    ['edu.dmaMask', '#machine-edu-dmaMask', '0xf0f', 'without gaps', '0xfffffff'],
    [
      'iommu.inputRange',
      '#machine-iommu-inputRange [aria-label=Last]',
      'x',
      'must be 64 bits',
      '0xffff',
    ],
    [
      'iommu.domainRange',
      '#machine-iommu-domainRange [aria-label=First]',
      '70000',
      'end not below',
      '7',
    ],
    ['iommu.probeSize', '#machine-iommu-probeSize', '0', 'from 1 to 65536', '256'],
    ['iommu.requestQueueSize', '#machine-iommu-requestQueueSize', '3', 'a power of two', '4'],
    ['seed', '#machine-seed', '-1', 'from 0 to 4294967295', '7'],
    ['date', '#machine-date', 'today', 'a date from 1970 to 2069', '2030-01-01'],
  ])('says at %s what is wrong (%s)', async (path, selector, wrong, words, right) => {
    const { help, write, startButton, told, root, press } = await shown();
    const usual = help(path);
    await write(selector, wrong);
    expect(help(path)).toContain(words);
    expect(root.querySelector(selector)?.getAttribute('aria-invalid')).toBe('true');
    expect(startButton().disabled).toBe(true);
    const label = told().replace('To correct before it can start: ', '');
    await press(label);
    expect(document.activeElement?.closest('.machine-field')?.textContent).toContain(label);
    await write(selector, right);
    expect(help(path)).toBe(usual);
    expect(startButton().disabled).toBe(false);
  });

  it.each<[string, File, string]>([
    ['images.kernel', new File(['hello'], 'notes.txt'), 'notes.txt: The kernel is not a Linux'],
    ['images.kernel', kernelFile('vmlinuz', { xloadflags: 1 }), 'This kernel is for 64-bit'],
    ['images.initrd', new File([], 'empty'), 'The initrd is empty.'],
    ['images.disk', new File(['x'], 'disk.img'), 'which is no multiple of 512'],
    ['images.bios', new File(['x'], 'bios'), 'The BIOS has 1 bytes.'],
    ['images.vgaBios', new File([new Uint8Array(65_537)], 'vga'), 'is too large'],
    ['share', new File(['x'], 'a/b'), 'cannot be called'],
  ])('refuses a file at %s before anything boots', async (path, file, words) => {
    const { drop, help, startButton, press } = await shown();
    await drop(path, file);
    expect(help(path)).toContain(words);
    expect(startButton().disabled).toBe(true);
    await press(`Use the project’s: ${labelOf(path)}`);
    expect(startButton().disabled).toBe(false);
  });

  it('starts a machine of own files, which it names for a link', async () => {
    const { drop, start, root, onStart } = await shown();
    const kernel = kernelFile();
    const shared = [new File(['a'], 'a.txt'), new File(['b'], 'b.txt')];
    await drop('images.kernel', kernel);
    await drop('share', ...shared);
    expect(root.textContent).toContain('my-bzImage');
    const request = await start();
    const plan = planOf(request);
    expect(plan.images.kernel).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(plan.share)).toEqual(['a.txt', 'b.txt']);
    expect(request?.names).toEqual({ kernel: 'my-bzImage' });
    expect(request?.files).toEqual({
      images: { kernel },
      share: { 'a.txt': shared[0], 'b.txt': shared[1] },
    });
    expect(onStart.mock.calls[0]?.[1].images.kernel?.file).toBe(kernel);
  });

  it('asks for the files of a link by name and checksum', async () => {
    const plan = JSON.stringify({ memoryMiB: 96, images: { kernel: CHECKSUM } });
    const names = { kernel: 'debian.bin' };
    const { help, startButton, drop, start, told } = await shown({
      running: null,
      asked: { plan, iommu: 'off', names },
    });
    expect(help('images.kernel')).toContain(
      'This PC needs your kernel “debian.bin”, SHA-256 abababababababab…. Choose the file, or drop it here.',
    );
    expect(startButton().disabled).toBe(true);
    await drop('images.kernel', kernelFile('other.bin'));
    expect(told()).toBe('The PC boots from power-on.');
    expect(help('images.kernel')).toContain('This is not the file that the link asks for');
    expect(planOf(await start())).toMatchObject({ memoryMiB: 96, iommu: { mode: 'off' } });
  });

  it.each([
    ['{"memory": 3}', 'A plan has no "memory"'],
    ['{"version": 2}', 'The plan has version 2'],
    ['{', 'is not JSON at line 1, column 2'],
  ])('opens with a plan that cannot be, to be corrected: %s', async (plan, words) => {
    const { help, json, write, startButton } = await shown({
      running: null,
      asked: { plan, iommu: null },
    });
    expect(help('json')).toContain(words);
    expect(startButton().disabled).toBe(true);
    expect(json()).not.toBe('');
    await write('#machine-json', '{"memoryMiB": 96}');
    expect(startButton().disabled).toBe(false);
  });

  it('is the JSON that it shows, both ways', async () => {
    const { write, json, help, start, startButton, root } = await shown();
    const plan = readPlan({
      memoryMiB: 200,
      iommu: { mode: 'bypass', features: ['map-unmap'], bootBypass: false },
      endpoints: { ide: false },
      reservedRegions: { rogue: [{ kind: 'identity', start: 0, end: 4095, flags: 1 }] },
    });
    await write('#machine-json', planText(plan));
    expect(root.querySelector<HTMLInputElement>('#machine-memoryMiB')?.value).toBe('200');
    expect(root.querySelector('.machine-ways :checked')?.parentElement?.textContent).toBe('Bypass');
    expect(root.querySelectorAll('.machine-region')).toHaveLength(1);
    await write('#machine-json', '{ "memoryMiB": 200, }');
    expect(help('json')).toContain('at line 1, column 21: here must be a name');
    expect(startButton().disabled).toBe(true);
    await write('#machine-memoryMiB', '201');
    expect(JSON.parse(json())).toEqual({ ...plan, memoryMiB: 201 });
    expect(planOf(await start())).toEqual({ ...plan, memoryMiB: 201 });
  });

  it.each(PRESETS.map(({ name }) => name))('begins with the preset %s', async (name) => {
    const { pick, root, start } = await shown();
    await pick('#machine-preset', name);
    const preset = PRESETS.find((each) => each.name === name);
    expect(root.querySelector('#machine-preset-line')?.textContent).toBe(preset?.line);
    expect(planOf(await start())).toEqual(readPlan(preset?.choices));
  });

  it('chooses ways, devices, features and regions', async () => {
    const { root, press, pick, write, start } = await shown();
    const tick = (selector: string, label: string): Promise<void> =>
      act(() => {
        const found = [...root.querySelectorAll(`${selector} label`)].find((each) =>
          each.textContent.startsWith(label),
        );
        found?.querySelector('input')?.click();
      });
    await tick('.machine-ways', 'Lazy');
    await tick('.machine-devices', 'rogue');
    await tick('.machine-ticks', 'probe');
    await pick('#machine-iommu-dialect', 'v0.9');
    await tick('.machine-ticks', 'bypass-config');
    await press('Add a region');
    await pick('[aria-label=Device]', 'ide');
    await pick('[aria-label=Kind]', 'identity');
    await write('.machine-region [aria-label=Last]', '0x10000fff');
    await pick('[aria-label="Accesses that pass"]', '1');
    expect(planOf(await start())).toEqual(
      readPlan({
        append: 'iommu.strict=0',
        endpoints: { rogue: false },
        iommu: { features: ['input-range', 'domain-range', 'map-unmap'], dialect: 'v0.9' },
        reservedRegions: {
          ide: [{ kind: 'identity', start: '0x10000000', end: '0x10000fff', flags: 1 }],
        },
      }),
    );
    await press('Remove');
    expect(planOf(await start()).reservedRegions).toEqual({});
  });

  it('copies the plan and a link to it, and says when it may not', async () => {
    const { root, press, write } = await shown();
    await write('#machine-memoryMiB', '96');
    const copied: string[] = [];
    vi.stubGlobal('navigator', {
      clipboard: {
        writeText: async (text: string) => {
          if (copied.length === 2) throw new Error('denied');
          copied.push(text);
        },
      },
    });
    await press('Copy JSON');
    await press('Copy link');
    expect(JSON.parse(copied[0] ?? '')).toMatchObject({ memoryMiB: 96 });
    const plan = new URL(copied[1] ?? '').searchParams.get('plan') ?? '';
    expect(decodeParameter(plan, '')).toBe('{"memoryMiB":96}');
    await press('Copy JSON');
    await vi.waitFor(() =>
      expect(root.querySelector('.machine-copy [role=status]')?.textContent).toContain(
        'did not allow it',
      ),
    );
    vi.unstubAllGlobals();
  });
});
