import type { HandlerExecutor } from '../../activities/node/handler-executor.ts';
import { handlersOf, loadHandlers } from '../../handlers/load-handlers.ts';
import { InlineExecutor } from './inline-executor.ts';
import type { ResolvedNodeOptions } from './node-options.ts';
import { ThreadExecutor } from './thread-executor.ts';
import type { KindOfFile } from './thread-messages.ts';

/** What runs a node's handlers, and which they are. */
export interface NodeHandlers {
  readonly executor: HandlerExecutor;
  readonly kinds: readonly string[];
}

/**
 * Loads the handlers of a node.
 *
 * @throws HoldfastError `handler_file_failed`
 */
export async function nodeHandlers(
  node: ResolvedNodeOptions,
  onStuckThread: () => void,
): Promise<NodeHandlers> {
  const { source, slots, log } = node;
  if (source.isolation === 'inline') {
    const { jobs } = source;
    const handlers =
      typeof jobs === 'string' ? await loadHandlers(jobs) : handlersOf(jobs, 'option "jobs"');
    const kinds = checkPools(node, [...handlers.values()]);
    return { executor: new InlineExecutor(handlers), kinds };
  }
  const { file } = source;
  const executor = new ThreadExecutor({ file, threads: slots, log, onStuckThread });
  try {
    return { executor, kinds: checkPools(node, await executor.kinds()) };
  } catch (error) {
    await executor.stop();
    throw error;
  }
}

/** All kinds, also those that another pool is the default of: a submit may name any pool. */
function checkPools(
  { name, pool, log }: ResolvedNodeOptions,
  found: readonly KindOfFile[],
): readonly string[] {
  const others = found.filter((kind) => kind.pool !== pool);
  if (others.length > 0) {
    const kindsOfOtherPools = others.map((other) => `${other.kind} (pool ${other.pool})`);
    log.warn({ node: name, pool, kindsOfOtherPools }, 'node.other_pools');
  }
  return found.map(({ kind }) => kind);
}
