import type { JobView } from '../../client/job-view.ts';
import type { NodeModeChange } from '../../domain/node.ts';

/** A value as one JSON document on one line; what is absent is null, so that its name is there. */
export function formatDocument(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (each === undefined ? null : each));
}

/** A node, or its status, as a document: all times are ISO texts. */
export function nodeDocument<Node extends { readonly mode: NodeModeChange }>({
  mode,
  ...node
}: Node): object {
  const { at, deadlineAt } = mode;
  const times = {
    // Nobody has ever set the mode of a node that is enabled since the beginning of time.
    at: at === 0 ? null : new Date(at),
    deadlineAt: deadlineAt === undefined ? null : new Date(deadlineAt),
  };
  return { ...node, mode: { ...mode, ...times } };
}

/** A job as a document: all times are ISO texts. */
export function jobDocument({ attempts, ...job }: JobView): object {
  return {
    ...job,
    attempts: attempts.map(({ startedAt, endedAt, ...attempt }) => ({
      ...attempt,
      startedAt: startedAt === undefined ? null : new Date(startedAt),
      endedAt: new Date(endedAt),
    })),
  };
}
