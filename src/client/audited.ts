import type { AuditEnd } from '../domain/access.ts';
import { checkName } from '../domain/check.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Access } from '../ledger/access.ts';
import { thisPerson } from './order-node.ts';

/** A change by a person at the command line, for the audit. */
export interface Change<Result> {
  /** The operation; called as in the API, where that has one. */
  readonly what: string;
  /** What it is about; of its result, where only that knows. */
  readonly target?: string | undefined | ((result: Result) => string);
  /** Who makes it. @default `<user>@<host>` of this process */
  readonly by?: string | undefined;
  /** What to add once it is made; never an input, a result or a token. */
  readonly details?: (result: Result) => Readonly<Record<string, unknown>>;
}

/** Names and ids are shorter: a longer one is refused, but first it has to fit into an index. */
const LONGEST_TARGET = 300;

/**
 * Makes a change, and puts it on record: before it is made, so that none goes without, and afterwards
 * what came of it.
 *
 * @throws HoldfastError `ledger_unavailable` when the ledger takes no record: the change is not made
 */
export async function audited<Result>(
  access: Pick<Access, 'startAudit' | 'endAudit'>,
  work: () => Promise<Result>,
  { what, target, by, details }: Change<Result>,
): Promise<Result> {
  const who = checkName(by ?? thisPerson(), 'by');
  const about = typeof target === 'string' ? target.slice(0, LONGEST_TARGET) : undefined;
  const id = await access.startAudit({ who, role: undefined, what, target: about });
  // What was done is done, and its caller has to hear of it; the entry stays at `started` then.
  const end = (ended: AuditEnd) => access.endAudit(id, ended).catch(() => undefined);
  try {
    const result = await work();
    const made = typeof target === 'function' ? target(result) : undefined;
    await end({ outcome: 'done', target: made, details: details?.(result) });
    return result;
  } catch (error) {
    await end({ outcome: error instanceof HoldfastError ? error.code : 'internal' });
    throw error;
  }
}
