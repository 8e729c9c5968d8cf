// Whether the story is told, and which of its steps: the address says so. To who comes for the first time, by an address that
// leads nowhere else, it is told at once.

import type { PageAddress } from '../session/address/page-address.ts';
import type { GuidedStory } from '../session/guided-story.ts';
import { numberOf, parseStep, type StepName } from '../story/steps.ts';

const STORAGE_KEY = 'viommu.story';
const PARAMETER = 'story';

/** Storage may be forbidden; then the choice lasts as long as the page. */
function wasLeft(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'left';
  } catch {
    return false;
  }
}

function keepLeft(): void {
  try {
    localStorage.setItem(STORAGE_KEY, 'left');
  } catch {
    // Nothing to do: see wasLeft.
  }
}

export interface StoryChoice {
  readonly addressOf: (step: StepName) => string;
  readonly onTell: (step: StepName) => void;
  readonly onLeave: () => void;
}

/** Follows the address from now on. */
export function chooseStory(address: PageAddress, story: GuidedStory): StoryChoice {
  let [isNamed, hasLeft] = [false, wasLeft()];
  story.moved.on(() => {
    isNamed = true;
  });
  address.add({
    name: PARAMETER,
    text: () => {
      const step = story.step.peek();
      return isNamed && step !== null ? String(numberOf(step)) : null;
    },
    show: (text) => {
      const asked = text === null ? null : parseStep(text);
      const isFirst = !hasLeft && location.search === '';
      story.tell(asked ?? (isFirst ? 'see' : null), 'replace');
      isNamed = asked !== null;
    },
    moved: story.moved,
  });
  return {
    addressOf: (step) =>
      address.link({ [PARAMETER]: String(numberOf(step)), view: 'see', at: null }),
    onTell: (step) => story.tell(step),
    onLeave: () => {
      hasLeft = true;
      keepLeft();
      story.tell(null);
    },
  };
}
