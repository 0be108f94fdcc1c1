import { HoldfastError } from '../../domain/errors.ts';

/**
 * Throws when a node has ended for another reason than that it was asked to.
 *
 * @throws HoldfastError `node_superseded` or `node_stuck`
 */
export function throwWhyEnded(
  name: string,
  { isSuperseded, isStuck }: { readonly isSuperseded: boolean; readonly isStuck: boolean },
): void {
  if (isSuperseded) {
    throw new HoldfastError('node_superseded', `node ${name}: another process has taken its name`, {
      hint: 'give each node that runs at the same time a name of its own',
    });
  }
  if (isStuck) {
    throw new HoldfastError('node_stuck', `node ${name}: a handler's thread could not be ended`, {
      hint: 'the handler blocks in native code; start the node again',
    });
  }
}
