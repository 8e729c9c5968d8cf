// Devices and what happens to them, at random.

import fc from 'fast-check';
import { X86_MSI_REGION, type ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { toIova } from '../../src/memory/address.ts';
import { ENDPOINT, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import {
  PAST_BASES,
  PAST_PAGES,
  PRESENT_DOMAIN,
  UNKNOWN_ENDPOINT,
  type PastOptions,
  type PastStep,
} from '../rigs/past-rig.ts';

const endpoint = fc.constantFrom(
  ENDPOINT,
  OTHER_ENDPOINT,
  ENDPOINT,
  OTHER_ENDPOINT,
  UNKNOWN_ENDPOINT,
);
/** One that there is, more often than not. */
const domain = fc.nat(PRESENT_DOMAIN + 7);
const base = fc.constantFrom(...PAST_BASES.map((_, index) => index), 0, 0, 0);
const from = fc.nat(PAST_PAGES);
const pages = fc.constantFrom(1, 1, 1, 2, 3, 0);

type StepOf<Kind extends PastStep['kind']> = Extract<PastStep, { readonly kind: Kind }>;
type FieldsOf<Kind extends PastStep['kind']> = {
  [Name in Exclude<keyof StepOf<Kind>, 'kind'>]: fc.Arbitrary<StepOf<Kind>[Name]>;
};

const attach: FieldsOf<'attach'> = {
  endpoint,
  domain: fc.nat(3),
  flags: fc.constantFrom(0, 0, 0, 0, 0, 1, 2),
};
const everything = { from: fc.constant(0), pages: fc.constant(2 * PAST_PAGES) };

const MASTER: readonly [weight: number, step: fc.Arbitrary<PastStep>][] = [
  [2, fc.record({ kind: fc.constant('master'), isMaster: fc.boolean() })],
];

/** Anything that happens to a device and its events; those that `without` names do not. */
export function pastSteps(...without: readonly PastStep['kind'][]): fc.Arbitrary<PastStep[]> {
  const steps: readonly [weight: number, step: fc.Arbitrary<PastStep>][] = [
    [5, fc.record({ kind: fc.constant('attach'), ...attach })],
    [1, fc.record({ kind: fc.constant('detach'), endpoint, domain })],
    [24, fc.record({ kind: fc.constant('map'), domain, base, from, pages, to: fc.nat(40) })],
    [3, fc.record({ kind: fc.constant('unmap'), domain, base, from, pages })],
    [2, fc.record({ kind: fc.constant('unmap'), domain, base, ...everything })],
    [10, fc.record({ kind: fc.constant('unmap-one'), index: fc.nat(40) })],
    [2, fc.record({ kind: fc.constant('access'), endpoint, base, from })],
    [2, fc.record({ kind: fc.constant('bypass'), isBypass: fc.boolean() })],
    [1, fc.record({ kind: fc.constantFrom('probe', 'start', 'system-reset', 'power-cycle') })],
    [6, fc.record({ kind: fc.constantFrom('take', 'take', 'pause') })],
    [1, fc.record({ kind: fc.constant('lose') })],
    [2, fc.record({ kind: fc.constantFrom('save', 'go-back') })],
    ...(without.includes('master') ? [] : MASTER),
  ];
  const arbitraries = steps.map(([weight, step]) => ({ weight, arbitrary: step }));
  const isMeant = ({ kind }: PastStep): boolean => !without.includes(kind);
  return fc.array(fc.oneof(...arbitraries).filter(isMeant), { maxLength: 150, size: 'max' });
}

const IDENTITY: ReservedRegion = {
  kind: 'identity',
  start: toIova(0x2000n),
  end: toIova(0x4fffn),
  flags: 3,
};

/** Offers BYPASS_CONFIG, or BYPASS as older devices did. */
const [NEWER, OLDER] = [0x57n, 0x1fn];

export const pastDevice: fc.Arbitrary<PastOptions> = fc
  .record({
    bootBypass: fc.boolean(),
    identityPolicy: fc.constantFrom('allow', 'reject', 'per-endpoint'),
    features: fc.constantFrom(NEWER, NEWER, OLDER),
    hasIdentity: fc.boolean(),
    isSilent: fc.boolean(),
  })
  .map(({ bootBypass, identityPolicy, features, hasIdentity, isSilent }) => ({
    isSilent,
    options: {
      bootBypass,
      identityPolicy,
      inputRange: { start: 0n, end: 0xffff_ffff_ffff_ffffn },
      features,
    },
    accepts: features,
    reserved: {
      [ENDPOINT]: hasIdentity ? [X86_MSI_REGION, IDENTITY] : [X86_MSI_REGION],
      [OTHER_ENDPOINT]: [],
    },
  }));
