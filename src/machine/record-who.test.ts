import { describe, expect, it } from 'vitest';
import { WALK_ADDRESSES, WALK_FLAGS } from '../kernel/walk-layout.ts';
import { Recorder } from '../trace/record/recorder.ts';
import { RecordWho, type Walker } from './record-who.ts';

/** A guest whose stack is another one each time it is walked, and how often it was. */
class Walked implements Walker {
  walks = 0;

  findWalk(): number {
    this.walks += 1;
    return this.walks;
  }

  walk(into: Uint32Array): number {
    into[WALK_FLAGS] = 0;
    into[WALK_ADDRESSES] = 0xc010_0000 + this.walks;
    return WALK_ADDRESSES + 1;
  }
}

describe('who asks', () => {
  it('is walked once while the guest executes nothing', () => {
    const walked = new Walked();
    const who = new RecordWho(walked, new Recorder());
    const [first, second, other] = [who.now(700), who.now(700), who.now(701)];
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    expect(walked.walks).toBe(2);
  });

  it('is walked anew in another guest that has executed as much', () => {
    const walked = new Walked();
    const who = new RecordWho(walked, new Recorder());
    const first = who.now(700);
    who.forget();
    expect(who.now(700)).not.toBe(first);
  });

  it('is walked anew when the numbers are others', () => {
    const walked = new Walked();
    const recorder = new Recorder();
    const who = new RecordWho(walked, recorder);
    who.now(700);
    recorder.goOnBehind([]);
    who.now(700);
    expect(walked.walks).toBe(2);
  });

  it('is known by the number of the walk, until the numbers of the record are others', () => {
    const walked = new Walked();
    const recorder = new Recorder();
    const who = new RecordWho(walked, recorder);
    const first = who.now(700);
    who.now(701);
    walked.walks = 0;
    expect(who.now(702)).toBe(first);
    recorder.goOnBehind([]);
    who.now(703);
    walked.walks = 0;
    // The second walk's stack was the first that the record heard of since
    expect(who.now(704)).toBe(first + 1);
  });
});
