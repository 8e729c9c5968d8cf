// The test kit: what the package exports as `viommu/testing`.

export { GuestSession } from './guest-session.ts';
export type { Answer, Guest, IommuView, PastView } from './guest.ts';
export { GuestError, type GuestFailure } from './guest-error.ts';
export { InputError } from '../machine/images/guest-images.ts';
export { decodeRecording } from '../machine/recording/recording-file.ts';
export { readPlan } from '../machine/plan/plan-check.ts';

export type { CommandResult } from '../shell/command-shell.ts';
export type { GuestRogueRequest } from './endpoint-id.ts';
export type { FileSource } from './guest-files.ts';
export type { GuestPast } from './guest-past.ts';
export type { GuestSnapshot } from './guest-snapshot.ts';
export type { GuestIommu } from './guest-iommu.ts';
export type {
  FileContent,
  GuestSessionOptions,
  RunOptions,
  WaitBounds,
} from './session-options.ts';
export type { IommuEvent, IommuState } from '../iommu/events/iommu-event.ts';
export type { Mapping } from '../iommu/store/mapping-store.ts';
export type { DmaWrite, WritesBefore } from '../machine/dma-write.ts';
export type { MachinePlan, PlanChoices, RegionChoice } from '../machine/plan/machine-plan.ts';
export type { EndpointName } from '../machine/plan/topology.ts';
export type { BranchInfo, Place } from '../machine/timeline/place.ts';
export type { Registers } from '../machine/v86/register-values.ts';
export type { ReplayResult } from '../machine/recording/replay.ts';
export type { RunDigest } from '../machine/recording/run-digest.ts';
export type { RogueRequest, RogueResult } from '../machine/rogue-access.ts';
export type { EventTotals } from '../trace/event-totals.ts';
export type { RecordedEvent } from '../trace/recorded-event.ts';
