import { randomUUID } from 'node:crypto';
import type { CloseJob, NodeChange, OpenJob } from '../../src/domain/activities.ts';
import type { AttemptRecord } from '../../src/domain/attempt.ts';
import { jobWorkflowId } from '../../src/domain/ids.ts';
import type { JobOutcome, JobRequest } from '../../src/domain/job.ts';
import { resolveJobSpec } from '../../src/domain/job-spec.ts';
import type { NodeModeChange, NodeRegistration } from '../../src/domain/node.ts';
import { ENABLED } from '../../src/domain/node.ts';

/** A name that no other test uses: the database is shared. */
export function unique(what: string): string {
  return `${what}-${randomUUID()}`;
}

/** What a workflow asks `openJob` with; a new job and a new run unless they are given. */
export function opening(
  request: Partial<JobRequest> = {},
  { id = unique('job'), generation = 1, runId = unique('run') } = {},
): OpenJob {
  const spec = resolveJobSpec(id, generation, {
    kind: 'greet',
    pool: 'test',
    input: { name: 'Ada' },
    ...request,
  });
  return { spec, workflowId: jobWorkflowId(id, generation), runId };
}

/** What the same workflow asks `closeJob` with. */
export function closing(
  { spec, runId }: OpenJob,
  outcome: JobOutcome = { state: 'succeeded', result: { text: 'Hello, Ada' } },
  attempts: readonly AttemptRecord[] = [],
  wasPlaced?: boolean,
): CloseJob {
  const { id: jobId, kind: jobKind, generation, session } = spec;
  const inSession = session !== undefined;
  const close = { jobId, jobKind, generation, inSession, runId, outcome, attempts };
  return wasPlaced === undefined ? close : { ...close, wasPlaced };
}

/** A lost attempt on node n1, unless it is given otherwise. */
export function attempt(given: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    epoch: 1,
    node: 'n1',
    outcome: 'lost',
    reason: 'heartbeat_timeout',
    startedAt: 1_763_738_262_123,
    endedAt: 1_763_738_263_456,
    ...given,
  };
}

/** A moment for records. */
export const AT = 1_763_738_262_123;

/** The mode that an operator set at {@link AT}. */
export function modeOf(mode: NodeModeChange['mode'], given: Partial<NodeModeChange> = {}) {
  return { mode, reason: 'new disk', by: 'ada', at: AT, ...given };
}

/** The registration of a new node as its workflow records it, unless it is given otherwise. */
export function nodeChange(
  given: Partial<NodeChange> = {},
  registration: Partial<NodeRegistration> = {},
): NodeChange {
  return {
    name: unique('node'),
    registration: {
      incarnation: 'i1',
      pool: 'test',
      slots: 2,
      kinds: ['greet'],
      version: '0.1.0',
      labels: {},
      leaseMs: 5_000,
      ...registration,
    },
    state: 'online',
    isStopping: false,
    mode: ENABLED,
    event: 'registered',
    by: '',
    reason: '',
    at: AT,
    seq: 1,
    ...given,
  };
}
