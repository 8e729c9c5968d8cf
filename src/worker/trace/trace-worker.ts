// Entry of the worker that reads traces.

import { expose } from 'comlink';
import { createTraceHost } from './trace-host.ts';

expose(createTraceHost());
