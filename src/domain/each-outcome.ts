import type { JobError, JobOutcome } from './job.ts';
import type { Json } from './json.ts';

/** What became of a job of placement `each` on one node. */
export type NodeOutcome =
  | { readonly state: 'succeeded'; readonly result: Json }
  | { readonly state: 'failed'; readonly error: JobError }
  /** The node went, or took no more work, before the handler returned. */
  | { readonly state: 'left'; readonly error: JobError };

/** The codes by which a job that is pinned to a node says that the node let it down. */
const NODE_LEFT: readonly string[] = ['node_offline', 'failover_exhausted', 'crash_budget'];

/** What became of a job on one node, from the error of the job that ran there. */
export function nodeOutcomeOf(error: JobError): NodeOutcome {
  return { state: NODE_LEFT.includes(error.code) ? 'left' : 'failed', error };
}

/**
 * The outcome of a job of placement `each`. Its result is `{ nodes: { <name>: NodeOutcome } }`. Nodes
 * that left while it ran are reported and do not fail it; a handler that failed on one does, and so
 * does a job that no node has completed.
 */
export function eachOutcome(nodes: Readonly<Record<string, NodeOutcome>>): JobOutcome {
  const named = Object.entries(nodes);
  const failed = named.filter(([, { state }]) => state === 'failed').map(([name]) => name);
  const hasSuccess = named.some(([, { state }]) => state === 'succeeded');
  if (failed.length === 0 && hasSuccess) {
    return { state: 'succeeded', result: { nodes } as unknown as Json };
  }
  const which = failed.length === 0 ? 'every node left' : `it failed on ${failed.join(', ')}`;
  const outcomes = named.map(([name, outcome]) => `${name}: ${inWords(outcome)}`).join('; ');
  const message = `${which} (${outcomes})`.slice(0, 10_000);
  return { state: 'failed', error: { code: 'each_failed', message } };
}

function inWords(outcome: NodeOutcome): string {
  if (outcome.state === 'succeeded') return 'succeeded';
  return `${outcome.state}, ${outcome.error.code}: ${outcome.error.message}`;
}
