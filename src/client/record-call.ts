import type { AuditEnd, AuditStart } from '../domain/access.ts';
import { MOST_TARGETS } from '../domain/access.ts';
import { codeOf } from '../domain/errors.ts';
import type { Access } from '../ledger/access.ts';

type Details = NonNullable<AuditEnd['details']>;

/** What is told of a changing call when it has ended. */
export interface CallEnd<Result> {
  readonly done: (result: Result) => AuditEnd;
  /** What to add when it failed. @default nothing */
  readonly failed?: (error: unknown) => Details | undefined;
  /** Told why the end is not on record: what was done is done, and the entry stays at `started`. */
  readonly onLost?: (error: unknown, id: number) => void;
}

/**
 * Makes a changing call, and puts it on record: before it is made, so that none goes without, and
 * afterwards what came of it.
 *
 * @throws HoldfastError `ledger_unavailable` when the ledger takes no record: the call is not made
 */
export async function recordCall<Result>(
  access: Pick<Access, 'startAudit' | 'endAudit'>,
  start: AuditStart,
  work: () => Promise<Result>,
  { done, failed, onLost }: CallEnd<Result>,
): Promise<Result> {
  const id = await access.startAudit(start);
  const end = (how: AuditEnd) =>
    access.endAudit(id, how).catch((error: unknown) => onLost?.(error, id));
  try {
    const result = await work();
    await end(done(result));
    return result;
  } catch (error) {
    await end({ outcome: codeOf(error), details: failed?.(error) });
    throw error;
  }
}

/** Facts about a call on many, with the first of their ids or names. */
export function withTargets(details: Details | undefined, targets: readonly string[]): Details {
  return { ...details, targets: targets.slice(0, MOST_TARGETS) };
}
