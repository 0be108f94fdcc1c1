/** The entry of the workflow bundle: every workflow type, and nothing else. */
export { job } from './job.ts';
export { late } from './late.ts';
export { node } from './node.ts';
export { sweep } from './sweep.ts';
export { tick } from './tick.ts';
