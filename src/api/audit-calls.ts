import type { Logger } from 'pino';
import type { AccessClient } from '../client/access.ts';
import type { AuditEnd } from '../domain/access.ts';
import { MOST_TARGETS } from '../domain/access.ts';
import type { ApiParts } from './api-parts.ts';
import type { Answer, AuditFacts } from './api-route.ts';
import { codeOf } from './problem.ts';
import { operationOf } from './role-of.ts';

/**
 * Puts every changing call on record before it is made: when the ledger takes no record, the call is
 * not made. What came of it is added afterwards; an entry that stays at `started` is one of which
 * that is not known.
 */
export function auditCalls(access: AccessClient, log: Logger): ApiParts['audit'] {
  return async (route, { who, role }, target, work) => {
    if (route.method === 'get' || route.changesNothing === true) return work();
    const what = operationOf(route);
    const id = await access.startAudit({ who, role, what, target });
    const end = (how: AuditEnd): Promise<void> =>
      access.endAudit(id, how).catch((error: unknown) => {
        log.warn({ err: error, audit: id, what }, 'api.audit_incomplete');
      });
    try {
      const answer = await work();
      await end(endOf(answer));
      return answer;
    } catch (error) {
      await end({ outcome: codeOf(error) });
      throw error;
    }
  };
}

function endOf(answer: Answer): AuditEnd {
  const facts: AuditFacts = 'status' in answer ? (answer.audit ?? {}) : {};
  const { target, targets = [], details, outcome = 'done' } = facts;
  if (targets.length === 0) return { outcome, target, details };
  return { outcome, target, details: { ...details, targets: targets.slice(0, MOST_TARGETS) } };
}
