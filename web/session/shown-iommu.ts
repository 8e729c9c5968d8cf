// What the panes show of the IOMMU: of the present, or of the moment that was chosen.

import { computed, type ReadonlySignal } from '@preact/signals';
import type { IommuState } from '../../src/iommu/events/iommu-event.ts';
import { shownDomain } from '../model/domain-choice.ts';
import type { PastViews } from '../model/past-views.ts';
import type { MappingChange } from '../model/watched-domain.ts';
import type { ActivityView, FaultsView, FeedView, WatchedView } from '../model/views.ts';
import type { IommuView } from './iommu-view.ts';
import type { MomentChoice } from './moment-choice.ts';

const NONE: readonly MappingChange[] = [];

export class ShownIommu {
  readonly device: ReadonlySignal<IommuState | null>;
  /** Whose mappings are shown. */
  readonly domain: ReadonlySignal<number | null>;
  /** What has come and gone in it, the newest last; nothing of the past. */
  readonly changes: ReadonlySignal<readonly MappingChange[]>;
  readonly watched: ReadonlySignal<WatchedView>;
  readonly activity: ReadonlySignal<ActivityView>;
  readonly feed: ReadonlySignal<FeedView>;
  readonly faults: ReadonlySignal<FaultsView>;

  constructor(iommu: IommuView, { looking }: MomentChoice) {
    const past = computed((): PastViews | null => {
      const { value } = looking;
      return value.kind === 'past' ? value.views : null;
    });
    this.device = computed(() => past.value?.state ?? iommu.device.value);
    this.activity = computed(() => past.value?.activity ?? iommu.activity.value);
    this.feed = computed(() => past.value?.feed ?? iommu.feed.value);
    this.faults = computed(() => past.value?.faults ?? iommu.faults.value);
    this.domain = computed(() => {
      const views = past.value;
      if (views === null) return iommu.domain.value;
      const current = iommu.latest.watched.domain;
      return shownDomain(views.state, iommu.selection.value, current, current);
    });
    this.changes = computed(() => (past.value === null ? iommu.changes.value : NONE));
    this.watched = computed(() => {
      const views = past.value;
      return views === null ? iommu.watched.value : views.watched(this.domain.value);
    });
  }
}
