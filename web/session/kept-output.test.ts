import { expect, it } from 'vitest';
import { KeptOutput } from './kept-output.ts';

function heard(output: KeptOutput): string[] {
  const texts: string[] = [];
  output.on((bytes) => texts.push(new TextDecoder().decode(bytes)));
  return texts;
}

it('tells who comes later what was printed, and then the news', () => {
  const output = new KeptOutput();
  output.emit(new TextEncoder().encode('a'));
  const texts = heard(output);
  output.emit(new TextEncoder().encode('b'));
  expect(texts).toEqual(['a', 'b']);
  output.clear();
  expect(heard(output)).toEqual([]);
});

it('keeps the end of it', () => {
  const output = new KeptOutput();
  for (let count = 0; count < 100; count += 1) output.emit(new Uint8Array(1 << 14));
  const sizes: number[] = [];
  output.on((bytes) => sizes.push(bytes.length));
  expect(sizes).toHaveLength(16);
});
