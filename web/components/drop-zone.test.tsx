// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DropZone } from './drop-zone.tsx';

const onOpen = vi.fn();
const onRefuse = vi.fn();
let root: HTMLElement;

function drag(kind: 'dragover' | 'dragleave' | 'drop', files: readonly File[]): Event {
  const event = new Event(kind, { bubbles: true, cancelable: true });
  const types = files.length > 0 ? ['Files'] : ['text/plain'];
  Object.assign(event, { dataTransfer: { types, files }, relatedTarget: null });
  void act(() => void root.dispatchEvent(event));
  return event;
}

beforeEach(() => {
  root = document.createElement('div');
  document.body.replaceChildren(root);
  onOpen.mockClear();
  onRefuse.mockClear();
  void act(() => render(<DropZone onOpen={onOpen} onRefuse={onRefuse} />, root));
});

describe('a file that is dropped', () => {
  it('is opened, wherever on the page', () => {
    const file = new File(['x'], 'a.trace');
    expect(drag('dragover', [file]).defaultPrevented).toBe(true);
    expect(root.textContent).toContain('Drop it to open it');
    drag('drop', [file]);
    expect(root.textContent).toBe('');
    expect(onOpen).toHaveBeenCalledWith(file);
  });

  it('is not shown any more when it leaves the window', () => {
    drag('dragover', [new File([], 'a')]);
    drag('dragleave', []);
    expect(root.textContent).toBe('');
  });

  it('is refused with another one', () => {
    drag('drop', [new File([], 'a'), new File([], 'b')]);
    expect(onOpen).not.toHaveBeenCalled();
    expect(onRefuse).toHaveBeenCalledWith('Drop one file at a time.');
  });

  it('is left to what is below the pointer, and so is dragged text', () => {
    root.addEventListener('drop', (event) => event.preventDefault(), { once: true });
    drag('drop', [new File([], 'a')]);
    expect(drag('dragover', []).defaultPrevented).toBe(false);
    expect(onOpen).not.toHaveBeenCalled();
    expect(root.textContent).toBe('');
  });
});
