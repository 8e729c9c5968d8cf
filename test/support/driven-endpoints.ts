// The endpoints of the usual machine that its Linux has a driver for, and attaches.

import { DEFAULT_PLAN } from '../../src/machine/plan/plan-check.ts';
import { pluggedEndpoints } from '../../src/machine/plan/topology.ts';

export const DRIVEN_ENDPOINTS = pluggedEndpoints(DEFAULT_PLAN).filter(({ name }) => name !== 'edu');
