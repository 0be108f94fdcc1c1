import type { AuditEnd } from '../domain/access.ts';
import { checkName } from '../domain/check.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Access } from '../ledger/access.ts';
import { thisPerson } from './order-node.ts';
import { recordCall, withTargets } from './record-call.ts';

/** A change by a person at the command line, for the audit. */
export interface Change<Result> {
  /** The operation; called as in the API, where that has one. */
  readonly what: string;
  /** What it is about; of its result, where only that knows. */
  readonly target?: string | undefined | ((result: Result) => string);
  /** Of a change of many: which of them it changed. */
  readonly targets?: (result: Result) => readonly string[];
  /** Who makes it. @default `<user>@<host>` of this process */
  readonly by?: string | undefined;
  /** What to add once it is made; never an input, a result or a token. */
  readonly details?: (result: Result) => Readonly<Record<string, unknown>>;
}

/** Names and ids are shorter: a longer one is refused, but first it has to fit into an index. */
const LONGEST_TARGET = 300;

/**
 * Makes a change of a person. See {@link recordCall}.
 *
 * @throws HoldfastError `invalid_input` for a wrong `by`; `ledger_unavailable` when the ledger takes no
 *   record: the change is not made
 */
export async function audited<Result>(
  access: Pick<Access, 'startAudit' | 'endAudit'>,
  work: () => Promise<Result>,
  { what, target, targets, by, details }: Change<Result>,
): Promise<Result> {
  const who = checkName(by ?? thisPerson(), 'by');
  const about = typeof target === 'string' ? target.slice(0, LONGEST_TARGET) : undefined;
  return recordCall(access, { who, role: undefined, what, target: about }, work, {
    done: (result) => {
      const facts = details?.(result);
      return {
        outcome: 'done',
        target: typeof target === 'function' ? target(result) : undefined,
        details: targets === undefined ? facts : withTargets(facts, targets(result)),
      };
    },
    failed: donePart,
  });
}

/** What a change of many that failed in part has done all the same. */
function donePart(error: unknown): AuditEnd['details'] {
  const details = error instanceof HoldfastError ? (error.details ?? {}) : {};
  const known = Object.entries(details).filter(([name]) => DONE.includes(name));
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

const DONE: readonly string[] = ['submitted', 'failed', 'targets'];
