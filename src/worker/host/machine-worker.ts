// Entry of the machine's worker.

import { expose } from 'comlink';
import type { MachineApi } from '../api/api.ts';
import { MachineHost } from './machine-host.ts';

const host = new MachineHost();

// comlink offers every property of what it is given: the flat API, and nothing else of the host.
const api: MachineApi = {
  boot: (request, images) => host.boot(request, images),
  listen: (listener) => host.listen(listener),
  pause: () => host.pause(),
  resume: () => host.resume(),
  reset: () => host.reset(),
  type: (text) => host.type(text),
  resizeConsole: (columns, rows) => host.resizeConsole(columns, rows),
  rogueDma: (request) => host.rogueDma(request),
  listMappings: (domain, from, limit) => host.listMappings(domain, from, limit),
};
expose(api);
