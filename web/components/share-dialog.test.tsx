// @vitest-environment happy-dom
import { render } from 'preact';
import { describe, expect, it, vi } from 'vitest';
import { ShareDialog, type ShareDialogProps } from './share-dialog.tsx';

const LINK = 'https://host.example/?at=12&v=1';

function show(props: Partial<ShareDialogProps>): HTMLElement {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const all: ShareDialogProps = {
    link: () => LINK,
    linkWithSession: null,
    files: [],
    onCopy: async () => undefined,
    onDownload: () => undefined,
    onClose: () => undefined,
    ...props,
  };
  render(<ShareDialog {...all} />, root);
  return root;
}

function button(root: HTMLElement, name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll('button')].find((each) => each.textContent === name);
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
}

function field(root: HTMLElement): HTMLInputElement {
  const found = root.querySelector<HTMLInputElement>('input[aria-label=Link]');
  if (found === null) throw new Error('no link');
  return found;
}

function tick(root: HTMLElement): void {
  root.querySelector<HTMLInputElement>('input[type=checkbox]')?.click();
}

describe('the share dialog', () => {
  it('copies the link, and says so', async () => {
    const onCopy = vi.fn(async () => undefined);
    const root = show({ onCopy });
    button(root, 'Copy').click();
    await vi.waitFor(() => expect(button(root, 'Copied')).toBeDefined());
    expect(onCopy).toHaveBeenCalledWith(LINK);
  });

  it('selects the link where the browser does not copy', async () => {
    const root = show({ onCopy: () => Promise.reject(new DOMException('no', 'NotAllowedError')) });
    button(root, 'Copy').click();
    await vi.waitFor(() => expect(root.textContent).toContain('copy it by hand'));
    const link = field(root);
    expect([link.selectionStart, link.selectionEnd]).toEqual([0, LINK.length]);
    expect(document.activeElement).toBe(link);
  });

  it('puts a session that is small enough into the link', async () => {
    const url = `${LINK}#session=abc`;
    const root = show({ linkWithSession: async () => ({ url, length: 2048, most: 32_768 }) });
    tick(root);
    await vi.waitFor(() => expect(field(root).value).toBe(url));
    expect(root.textContent).toContain('The link has 2 KiB of at most 32 KiB.');
    tick(root);
    await vi.waitFor(() => expect(field(root).value).toBe(LINK));
  });

  it('says how large a session is that is not', async () => {
    const linkWithSession = async () => ({ url: null, length: 1 << 18, most: 32_768 });
    const root = show({ linkWithSession });
    tick(root);
    await vi.waitFor(() =>
      expect(root.textContent).toContain('would make a link of 256 KiB, and 32 KiB is the most'),
    );
    expect(field(root).value).toBe(LINK);
  });

  it('has files made, and tells what became of them', async () => {
    const onDownload = vi.fn();
    const file = new Blob(['abc']);
    const files = [
      { label: 'CSV', about: 'a table', make: async () => ({ file, name: 'a.csv' }) },
      {
        label: 'PNG',
        about: '',
        make: () => Promise.reject(new Error('There is no picture yet.')),
      },
    ];
    const root = show({ files, onDownload });
    button(root, 'CSV').click();
    await vi.waitFor(() => expect(root.textContent).toContain('a.csv, 3 B.'));
    expect(onDownload).toHaveBeenCalledWith(file, 'a.csv');
    button(root, 'PNG').click();
    await vi.waitFor(() => expect(root.textContent).toContain('PNG: There is no picture yet.'));
  });

  it('has no link to a trace', () => {
    const root = show({ link: () => null });
    expect(root.querySelector('input')).toBeNull();
    expect(root.textContent).toContain('give them the file');
  });
});
