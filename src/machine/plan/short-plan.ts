// A plan as short as it can be, for the address of a page: what is not as usual.

import type { MachinePlan } from './machine-plan.ts';
import { DEFAULT_PLAN, readPlan } from './plan-check.ts';

/** Objects of a plan that are read field by field; what is left out of others is left out of the machine. */
const GROUPS: ReadonlySet<string> = new Set(['images', 'iommu', 'endpoints']);

/** JSON that `readPlan` makes the same plan of; `{}` for the machine of somebody who chose nothing. */
export function shortPlanText(plan: MachinePlan): string {
  const { dialect } = plan.iommu;
  // What an IOMMU offers if nobody chooses follows from its dialect.
  const usual = { ...readPlan({ iommu: { dialect } }).iommu, dialect: DEFAULT_PLAN.iommu.dialect };
  return JSON.stringify(unlike(plan, { ...DEFAULT_PLAN, iommu: usual }));
}

function unlike(fields: object, usual: object): object {
  const before = new Map<string, unknown>(Object.entries(usual));
  const changed = Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    const old = before.get(name);
    if (JSON.stringify(value) === JSON.stringify(old)) return [];
    const isGroup = GROUPS.has(name) && isRecord(value) && isRecord(old);
    return [[name, isGroup ? unlike(value, old) : value] as const];
  });
  return Object.fromEntries(changed);
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
