import type { JobView } from '../../client/job-view.ts';

/** A value as one JSON document on one line; what is absent is null, so that its name is there. */
export function formatDocument(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (each === undefined ? null : each));
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
