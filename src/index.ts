/**
 * Holdfast: durable jobs across a fleet of nodes, on Temporal.
 *
 * @example
 * import { connect } from 'holdfast';
 * const holdfast = await connect();
 * const job = await holdfast.jobs.submit(transcribe, { audioUrl }, { id: 'utt-42' });
 * const { text } = await job.result();
 *
 * @module
 */
export type { ResultOptions } from './client/await-result.ts';
export type { ConnectOptions, HoldfastClient } from './client/connect.ts';
export { connect } from './client/connect.ts';
export type { SubmitOptions } from './client/job-request.ts';
export type { JobView } from './client/job-view.ts';
export type { JobHandle, JobsClient } from './client/jobs.ts';
export type { JobList, ListOptions } from './client/list-jobs.ts';
export type { LiveJob } from './client/live-job.ts';
export type { SessionsClient } from './client/sessions.ts';
export type { TemporalOptions } from './config.ts';
export type { AttemptRecord } from './domain/attempt.ts';
export type { Duration } from './domain/duration.ts';
export type { ErrorCode, ErrorRow } from './domain/errors.ts';
export { ERRORS, HoldfastError } from './domain/errors.ts';
export type {
  FailoverPolicy,
  Job,
  JobError,
  JobRequest,
  JobState,
  RetryPolicy,
  SessionSlot,
} from './domain/job.ts';
export type { Json } from './domain/json.ts';
export { PAYLOAD_LIMIT_BYTES } from './domain/json.ts';
export type { AttemptOptions, RetryOptions } from './handlers/attempt-options.ts';
export type { InputOf, JobDefinition, JobOptions, ResultOf } from './handlers/define-job.ts';
export { defineJob, NonRetryableError } from './handlers/define-job.ts';
export type { HandlerContext, HandlerLog } from './handlers/handler-context.ts';
export type { JsonOf } from './handlers/json-of.ts';
export type { SessionResult } from './ledger/session-slots.ts';
export type { NodeOptions, RunningNode } from './workers/node/start-node.ts';
export { startNode } from './workers/node/start-node.ts';
export type {
  OrchestratorOptions,
  RunningOrchestrator,
} from './workers/orchestrator/start-orchestrator.ts';
export { startOrchestrator } from './workers/orchestrator/start-orchestrator.ts';
