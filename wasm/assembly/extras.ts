// The second module: what no device calls. It works on the memory of an engine that runs, beside it, and may use SIMD.

export { audit } from './audit';
export { translateBatch } from './batch';
