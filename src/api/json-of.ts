import type { JobView } from '../client/job-view.ts';
import type { NodeModeChange } from '../domain/node.ts';

/** A job for an answer: all times are ISO texts. */
export function jobBody({ attempts, ...job }: JobView): object {
  return {
    ...job,
    attempts: attempts.map(({ startedAt, endedAt, ...attempt }) => ({
      ...attempt,
      // Another language's null counts as left out.
      ...(startedAt == null ? {} : { startedAt: new Date(startedAt) }),
      endedAt: new Date(endedAt),
    })),
  };
}

/** A node, or its status, for an answer: all times are ISO texts. */
export function nodeBody<Node extends { readonly mode: NodeModeChange }>({
  mode,
  ...node
}: Node): object {
  const { at, deadlineAt, ...change } = mode;
  return {
    ...node,
    mode: {
      ...change,
      // Nobody has ever set the mode of a node that is enabled since the beginning of time.
      ...(at === 0 ? {} : { at: new Date(at) }),
      ...(deadlineAt == null ? {} : { deadlineAt: new Date(deadlineAt) }),
    },
  };
}
