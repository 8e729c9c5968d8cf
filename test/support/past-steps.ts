// Devices and what happens to them, at random.

import fc from 'fast-check';
import { X86_MSI_REGION, type ReservedRegion } from '../../src/iommu/regions/reserved-regions.ts';
import { toIova } from '../../src/memory/address.ts';
import { ENDPOINT, OTHER_ENDPOINT } from '../rigs/iommu-rig.ts';
import {
  PAST_BASES,
  PAST_PAGES,
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
const domain = fc.nat(3);
const base = fc.nat(PAST_BASES.length - 1);
const from = fc.nat(PAST_PAGES);
const pages = fc.constantFrom(1, 1, 1, 2, 3, PAST_PAGES, 0);

const pastStep: fc.Arbitrary<PastStep> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('attach' as const),
      endpoint,
      domain,
      flags: fc.constantFrom(0, 0, 0, 1, 2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('detach' as const), endpoint, domain }) },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('map' as const),
      domain,
      base,
      from,
      pages,
      to: fc.nat(40),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('unmap' as const), domain, base, from, pages }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('access' as const), endpoint, base, from }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bypass' as const), isBypass: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('probe', 'take', 'take', 'start', 'system-reset', 'power-cycle'),
    }),
  },
);

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
  })
  .map(({ bootBypass, identityPolicy, features, hasIdentity }) => ({
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

export const pastSteps = fc.array(pastStep, { maxLength: 120, size: 'max' });
