// @vitest-environment happy-dom
import { render, type JSX } from 'preact';
import { act } from 'preact/test-utils';
import { expect, it } from 'vitest';
import { Emitter } from '../../src/base/emitter.ts';
import type { RogueResult } from '../../src/worker/api/stray-dma.ts';
import { useOutcome, type OutcomePorts, type Sending } from './use-outcome.ts';

const REQUEST = { endpoint: 8, access: 'read', length: 4, address: 0n } as const;

it('forgets with the machine what was asked of it, also while that is not answered', async () => {
  const left = new Emitter<void>();
  const answers: ((result: RogueResult) => void)[] = [];
  const onSend: OutcomePorts['onSend'] = () => new Promise((resolve) => answers.push(resolve));
  let shown: Sending | undefined;
  const Probe = (): JSX.Element | null => {
    shown = useOutcome({ left, onSend });
    return null;
  };
  const answer = (index: number): Promise<void> =>
    act(async () => {
      answers[index]?.({ outcome: 'no-master' });
      await new Promise<void>((resolve) => setImmediate(resolve));
    });
  const root = document.createElement('div');
  await act(() => render(<Probe />, root));

  await act(() => shown?.send(REQUEST));
  expect(shown).toMatchObject({ outcome: { kind: 'none' }, isSending: true });
  await act(() => left.emit());
  expect(shown).toMatchObject({ outcome: { kind: 'none' }, isSending: false });
  await answer(0);
  expect(shown?.outcome).toEqual({ kind: 'none' });

  await act(() => shown?.send(REQUEST));
  await answer(1);
  expect(shown).toMatchObject({ outcome: { kind: 'result', request: REQUEST }, isSending: false });
  await act(() => shown?.forget());
  expect(shown?.outcome).toEqual({ kind: 'none' });
  render(null, root);
});
