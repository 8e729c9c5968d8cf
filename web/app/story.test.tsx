// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GuidedStory } from '../components/guided-story.tsx';
import { addMachineParts } from '../session/address/machine-parts.ts';
import { PageAddress } from '../session/address/page-address.ts';
import { MachineSession } from '../session/machine-session.ts';
import { startFakeMachine } from '../testing/fake-machine.ts';
import { NO_IMAGES as images } from '../../test/support/no-images.ts';
import { seeProps } from './see-props.ts';
import { chooseStory } from './story-choice.ts';

async function run(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** The story as a page at this address tells it. */
async function open(search = '', isUp = true) {
  history.replaceState(null, '', `/${search}`);
  const session = new MachineSession({
    start: (onBatch) => startFakeMachine(onBatch),
    images,
    now: () => Date.now(),
    onNextFrame: (callback) => void setTimeout(callback, 16),
  });
  const address = new PageAddress(window);
  const story = chooseStory(address, session.guided);
  const see = seeProps(session, {
    onInspect: () => undefined,
    onAttack: () => undefined,
    story,
  });
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  render(<GuidedStory {...see.guided} />, root);
  await session.power.start('translated');
  await run(isUp ? 5000 : 1000);
  const textOf = (selector: string): string => root.querySelector(selector)?.textContent ?? '';
  const press = async (name: string, init?: MouseEventInit): Promise<void> => {
    const found = [...root.querySelectorAll('button')].find((each) => each.textContent === name);
    if (found === undefined) throw new Error(`no button ${name} in ${root.textContent}`);
    found.dispatchEvent(new MouseEvent('click', { bubbles: true, ...init }));
    await run(300);
  };
  return { session, root, textOf, press, title: () => textOf('h2') };
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => {
  vi.clearAllTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('the story', () => {
  it.each([
    ['', 'What you see'],
    ['?story=2', 'A device overreaches'],
    ['?story=nonsense', ''],
    ['?view=see', ''],
    ['?at=12', ''],
  ])('is told at %j as %j', async (search, title) => {
    expect((await open(search)).title()).toBe(title);
  });

  it('is not told again to who has left it, unless an address asks for it', async () => {
    const { root, title } = await open();
    root.querySelector<HTMLElement>('[aria-label="Leave the story"]')?.click();
    await run(300);
    expect(title()).toBe('');
    expect((await open()).title()).toBe('');
    expect((await open('?story=1')).title()).toBe('What you see');
  });

  it('can be left where nothing can be stored', async () => {
    const refuse = (): never => {
      throw new Error('forbidden');
    };
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(refuse);
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(refuse);
    const { root, title } = await open();
    root.querySelector<HTMLElement>('[aria-label="Leave the story"]')?.click();
    await run(300);
    expect(title()).toBe('');
  });

  it('says what it waits for, and takes no click before', async () => {
    const { session, root, textOf, press, title } = await open('?story=2', false);
    expect(textOf('#guided-note')).toBe('Waiting for Linux');
    expect(root.querySelector('.button-danger')?.getAttribute('aria-disabled')).toBe('true');
    await press('Let it overreach');
    expect(session.iommu.latest.faultCount).toBe(0);
    expect(title()).toBe('A device overreaches');
  });

  it('goes on when the access was stopped, says so once, and follows in the address', async () => {
    const { textOf, press, title } = await open('?story=2');
    await press('Let it overreach');
    expect(title()).toBe('Why it was stopped');
    expect(textOf('.told')).toContain('Stopped at the wall: memory is as it was');
    expect(textOf('[aria-live]')).toBe(
      'Stopped at the wall: memory is as it was, and Linux has a report on its console. Step 3 of 7: Why it was stopped.',
    );
    expect(location.search).toBe('?story=3&v=1');
  });

  it('shows the page before and after, without an IOMMU and before its driver is up', async () => {
    const { textOf, press, title } = await open('?story=4');
    expect(textOf('.guided-text')).toContain('needs a PC without an IOMMU');
    await press('Restart without the IOMMU');
    expect(textOf('#guided-note')).toMatch(/^Linux boots; the story goes on by itself\. \d s$/);
    await run(5000);
    await press('Let it overreach again');
    expect(title()).toBe('Before the driver is up');
    expect(textOf('.told dd')).toBe('00254a6f 94b9de03 284d7297 bce1062b');
    expect(textOf('.told dd:last-child')).toBe('5a5a5a5a 5a5a5a5a 5a5a5a5a 5a5a5a5a');
    await press('Restart with the IOMMU');
    await run(2200);
    expect(title()).toBe('The same with boot bypass off');
    expect(textOf('.told')).toContain('There is an IOMMU, and the page has changed all the same.');
  });

  it('says in the address which machine it has started, and leads back to the own one', async () => {
    const { session, press } = await open('?story=4');
    addMachineParts(new PageAddress(window), session.power);
    const machine = (): readonly (string | null)[] => {
      const asked = new URLSearchParams(location.search);
      return [asked.get('iommu'), asked.get('plan')];
    };
    await press('Restart without the IOMMU');
    expect(machine()).toEqual(['off', null]);
    await run(5000);
    await press('Let it overreach again');
    await press('Restart with the IOMMU');
    expect(machine()).toEqual(['translated', '{"iommu":{"bootBypass":true}}']);
    await run(2200);
    session.guided.tell('back');
    await run(300);
    await press('Back to your PC');
    expect(machine()).toEqual([null, null]);
    expect(session.power.asked.value).toEqual({ plan: {}, iommu: null });
  });

  it('takes the second click of two, and a key that is held down, for none', async () => {
    const { session, press } = await open('?story=2');
    await press('Let it overreach', { detail: 2 });
    expect(session.iommu.latest.faultCount).toBe(0);
    await press('Let it overreach', { detail: 1 });
    expect(session.iommu.latest.faultCount).toBe(1);
  });

  it('is led from step to step by its links and the browser’s way back', async () => {
    const { root, press, title } = await open('?story=2');
    const link = [...root.querySelectorAll('a')].at(-1);
    expect(link?.getAttribute('href')).toMatch(/\?story=7&view=see&v=1$/);
    link?.click();
    await run(300);
    expect(title()).toBe('What an IOMMU does');
    history.replaceState(null, '', '/?story=2');
    window.dispatchEvent(new PopStateEvent('popstate'));
    await run(300);
    await press('Skip');
    expect(title()).toBe('Why it was stopped');
    expect(root.textContent).toContain('Nothing was stopped in this run of the PC');
  });
});
