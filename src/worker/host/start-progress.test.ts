import { describe, expect, it } from 'vitest';
import { StartProgress } from './start-progress.ts';

describe('the progress of a download', () => {
  it('names the files that are still to come, once they are few', () => {
    const progress = new StartProgress();
    progress.begin('download', 0);
    for (const file of ['v86.wasm', 'bzImage', 'disk.img.gz']) progress.addLoaded(0, file, false);
    const doing = 'Fetching Linux, its files and the emulator';
    expect(progress.at(10).detail).toBe(doing);
    progress.addLoaded(5, 'v86.wasm', true);
    expect(progress.at(20).detail).toBe(`${doing} (still to come: bzImage, disk.img.gz)`);
    progress.addLoaded(5, 'bzImage', false);
    progress.addLoaded(0, 'disk.img.gz', true);
    expect(progress.at(30).detail).toBe(`${doing} (still to come: bzImage)`);
    expect(progress.at(30, 'Restoring').detail).toBe('Restoring (still to come: bzImage)');
    expect(progress.at(30).loadedBytes).toBe(10);
    progress.addLoaded(0, 'bzImage', true);
    expect(progress.at(40).detail).toBe(doing);
  });

  it('forgets them with the next start, and names none in other stages', () => {
    const progress = new StartProgress();
    progress.begin('download', 0);
    progress.addLoaded(1, 'bzImage', false);
    progress.reach('verify');
    expect(progress.at(10).detail).not.toContain('bzImage');
    progress.begin('download', 20);
    expect(progress.at(20).detail).not.toContain('bzImage');
  });
});
