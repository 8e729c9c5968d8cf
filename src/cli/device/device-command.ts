// `viommu device`: reads lines from one stream and writes an answer for each to another.

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { WasmStore } from '../../iommu/engine/wasm-store.ts';
import { loadStoreWasm } from '../../guest/wasm-modules.ts';
import type { DeviceArguments } from './device-arguments.ts';
import { describeError, DeviceSession } from './device-session.ts';
import { LineSplitter, type SplitLine } from './line-splitter.ts';

/** Longest line, so that a stream without line feeds does not fill the memory. */
const MAX_LINE_BYTES = 8 << 20;
/** Answers that are gathered before they are written, in characters; the end of what has come writes them too. */
const GATHERED = 1 << 16;
/**
 * Answers that wait for whoever shall read them, in bytes. A script that writes all its lines before it reads the
 * first answer must not find us waiting for it, if they are not too many.
 */
const MAX_WAITING = 64 << 20;

const TOO_LONG = describeError(
  `The line is longer than ${MAX_LINE_BYTES} bytes and was skipped. Is there a line feed at the end of each?`,
);

export interface DeviceStreams {
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Answers every line until the input ends. Rejects with `UsageError` for a device that can not be, before anything is
 * read; with the stream's error when the output fails while it is waited for.
 */
export async function deviceCommand(
  args: DeviceArguments,
  { input, output }: DeviceStreams,
): Promise<void> {
  const session = new DeviceSession(args, new WasmStore(await loadStoreWasm(), args.limits));
  const lines = new LineSplitter(MAX_LINE_BYTES);
  const answerAll = async (all: Iterable<SplitLine>): Promise<void> => {
    let text = '';
    for (const line of all) {
      text += `${line === undefined ? TOO_LONG : session.answer(line)}\n`;
      if (text.length >= GATHERED) {
        await write(output, text);
        text = '';
      }
    }
    await write(output, text);
  };
  for await (const chunk of input) {
    if (chunk instanceof Uint8Array) await answerAll(lines.add(chunk));
  }
  await answerAll(lines.end());
}

async function write(output: Writable, text: string): Promise<void> {
  if (text === '') return;
  output.write(text);
  if (output.writableLength > MAX_WAITING) await once(output, 'drain');
}
