import type { Logger } from 'pino';
import type { AccessClient } from '../client/access.ts';
import type { ApiParts } from './api-parts.ts';
import type { Answer } from './api-route.ts';
import { operationOf } from './role-of.ts';
import { codeOf } from './problem.ts';

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
    const end = (outcome: string, answer?: Answer): Promise<void> => {
      const facts = answer !== undefined && 'status' in answer ? answer.audit : undefined;
      return access.endAudit(id, { ...facts, outcome }).catch((error: unknown) => {
        log.warn({ err: error, audit: id, what }, 'api.audit_incomplete');
      });
    };
    try {
      const answer = await work();
      await end('done', answer);
      return answer;
    } catch (error) {
      await end(codeOf(error));
      throw error;
    }
  };
}
