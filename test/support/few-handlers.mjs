// What a node runs that has not been updated yet: one kind of `handlers.mjs`.
export { echo } from './handlers.mjs';
