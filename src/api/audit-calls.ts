import type { Logger } from 'pino';
import type { AccessClient } from '../client/access.ts';
import { recordCall, withTargets } from '../client/record-call.ts';
import type { AuditEnd } from '../domain/access.ts';
import type { ApiParts } from './api-parts.ts';
import type { Answer, AuditFacts } from './api-route.ts';
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
    return recordCall(access, { who, role, what, target }, work, {
      done: endOf,
      onLost: (error, id) => log.warn({ err: error, audit: id, what }, 'api.audit_incomplete'),
    });
  };
}

function endOf(answer: Answer): AuditEnd {
  const facts: AuditFacts = 'status' in answer ? (answer.audit ?? {}) : {};
  const { target, targets = [], details, outcome = 'done' } = facts;
  if (targets.length === 0) return { outcome, target, details };
  return { outcome, target, details: withTargets(details, targets) };
}
