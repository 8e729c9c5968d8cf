// What the lab is made of: fetched when it is first asked for, so that a start does not wait for it.

export { ArmedAccess } from '../../lab/armed-access.ts';
export { recordSights } from '../../lab/record-sights.ts';
export { sweepTarget } from '../../lab/sweep-target.ts';
export { sweep } from '../../lab/sweep.ts';
export { UnmapWindow } from '../../lab/unmap-window.ts';
export { stageFromNow } from '../../lab/stage-from-now.ts';
