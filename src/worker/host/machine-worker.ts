// Entry of the machine's worker.

import { expose } from 'comlink';
import { createMachineHost } from './machine-host.ts';

expose(createMachineHost());
