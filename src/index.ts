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
export type { DrainedOptions, DrainReport } from './client/await-drained.ts';
export type { ResultOptions } from './client/await-result.ts';
export type { ConnectOptions, HoldfastClient } from './client/connect.ts';
export { connect } from './client/connect.ts';
export type { EnqueueItem } from './client/enqueue.ts';
export { enqueue, enqueueMany } from './client/enqueue.ts';
export type { JobExplanation } from './client/explain-job.ts';
export type { SubmitOptions } from './client/job-request.ts';
export type { JobView } from './client/job-view.ts';
export type { GetOptions, JobsClient, SubmittedResult } from './client/jobs.ts';
export type { JobHandle } from './client/job-handle.ts';
export type { JobList, ListOptions } from './client/list-jobs.ts';
export type { ListedNode, NodeFilter } from './client/list-nodes.ts';
export type { LiveJob } from './client/live-job.ts';
export type { NodeView } from './client/node-view.ts';
export type { DrainOptions, NodesClient } from './client/nodes.ts';
export type { OrderOptions } from './client/order-node.ts';
export type { DeadOptions, OutboxClient, OutboxListOptions } from './client/outbox.ts';
export type { PendingJob, PendingJobs, PendingFilter } from './client/pending-jobs.ts';
export type { ResourceFilter, ResourceOptions, ResourcesClient } from './client/resources.ts';
export type { PinOptions } from './client/pin-options.ts';
export type {
  AppliedSchedules,
  ApplyOptions,
  DiffOptions,
  ScheduleSource,
} from './client/schedules/apply-schedules.ts';
export type { BackfilledPlan, BackfillOptions } from './client/schedules/backfill-schedule.ts';
export type { PreviewedTime, PreviewOptions } from './client/schedules/preview.ts';
export type { PutSchedule, PutScheduleOptions } from './client/schedules/put-schedule.ts';
export type { ResetOptions } from './client/schedules/reset-schedules.ts';
export type { RevertOptions } from './client/schedules/revert-schedule.ts';
export type { HistoryOptions } from './client/schedules/plan-history.ts';
export type { TriggerOptions } from './client/schedules/trigger-schedule.ts';
export type { SchedulesClient } from './client/schedules.ts';
export type { SessionReadOptions } from './client/follow-session.ts';
export type { SessionOptions } from './client/session-rules.ts';
export type {
  SessionList,
  SessionListOptions,
  SessionsClient,
  SessionSlots,
  SessionView,
} from './client/sessions.ts';
export type { CancelOptions, Cancelled, StillRunning } from './client/cancel-job.ts';
export type { Dedupe, Holder } from './client/dedupe.ts';
export type {
  ManyAnswer,
  ManyItem,
  ManyItems,
  ManyOptions,
  ManyProgress,
} from './client/submit-many.ts';
export type { SweepOptions, Swept } from './client/sweep/sweep.ts';
export type { StoryKind, StoryLine } from './client/story/story-line.ts';
export type { JobWait, WaitsFor } from './client/waits-for.ts';
export type { ConfigOption } from './config/given-config.ts';
export type { Config, ConfigPlace } from './config/load-config.ts';
export { loadConfig } from './config/load-config.ts';
export type { TemporalOptions } from './config/temporal.ts';
export type { ConflictPolicy, ScheduleOutcome } from './domain/apply-schedules.ts';
export type { AttemptRecord } from './domain/attempt.ts';
export type { FieldChange } from './domain/document-changes.ts';
export type { Duration } from './domain/duration.ts';
export type { ErrorCode, ErrorRow } from './domain/errors.ts';
export { ERRORS, HoldfastError } from './domain/errors.ts';
export type {
  FailoverPolicy,
  Job,
  JobError,
  JobRequest,
  JobState,
  PendingPolicy,
  Pin,
  Placement,
  Reconcile,
  RetryPolicy,
  SessionSlot,
} from './domain/job.ts';
export type { Json } from './domain/json.ts';
export type { FieldConflict, KeptEdit } from './domain/merge-schedules.ts';
export type { PlanHistoryState } from './domain/schedule.ts';
export type { ResumePolicy, ScheduleDocument } from './domain/schedule-definition.ts';
export type {
  PlanInput,
  ScheduleDeclaration,
  ScheduleOptions,
  ScopeProvider,
} from './handlers/define-schedule.ts';
export { defineSchedule } from './handlers/define-schedule.ts';
export type { AddedPlan } from './ledger/add-plans.ts';
export type { ScheduleRevision } from './ledger/find-schedules.ts';
export type { HistoryPage, PlanAttempt, PlanRecord } from './ledger/plan-history.ts';
export type { PlanSkip } from './ledger/plan-scopes.ts';
export type { Resume, StoredSchedule } from './ledger/schedule-row.ts';
export { PAYLOAD_LIMIT_BYTES } from './domain/json.ts';
export type { Labels } from './domain/labels.ts';
export type { Moved } from './client/move-job.ts';
export type { Move, NodeStatus } from './domain/messages.ts';
export type {
  HeldAttempt,
  LeaseBeat,
  Node,
  NodeEvent,
  NodeMode,
  NodeModeChange,
  NodeRegistration,
  NodeState,
} from './domain/node.ts';
export type { Resource } from './domain/resource.ts';
export type { RetentionPolicy } from './domain/retention.ts';
export type { Session, SessionItem, SessionRules } from './domain/session.ts';
export type { PoolPause } from './domain/storm.ts';
export type { Recovery, SweepReport, SweepStrategy, SweepTrouble } from './domain/sweep.ts';
export type { ResultRecord, Verdict } from './domain/verdict.ts';
export type { AttemptOptions, RetryOptions } from './handlers/attempt-options.ts';
export type {
  EachResult,
  InputOf,
  JobDefinition,
  JobOptions,
  ResultOf,
} from './handlers/define-job.ts';
export { defineJob, NonRetryableError, RetryElsewhereError } from './handlers/define-job.ts';
export type { HandlerContext, HandlerLog } from './handlers/handler-context.ts';
export type { JsonOf } from './handlers/json-of.ts';
export type {
  Computed,
  ConcurrencyOptions,
  LimitOptions,
  RateOptions,
} from './handlers/limit-options.ts';
export type { PendingOptions, PlacementOptions } from './handlers/placement-options.ts';
export type { Horizon, RecordOptions } from './handlers/record-options.ts';
export type { Transaction } from './ledger/enqueue.ts';
export type { NodeEventRecord } from './ledger/node-events.ts';
export type { OutboxCounts, OutboxRow } from './ledger/outbox-rows.ts';
export type { SpoolOptions } from './workers/node/spool-options.ts';
export type { NodeOptions, RunningNode } from './workers/node/start-node.ts';
export { startNode } from './workers/node/start-node.ts';
export type {
  OrchestratorOptions,
  RunningOrchestrator,
} from './workers/orchestrator/start-orchestrator.ts';
export { startOrchestrator } from './workers/orchestrator/start-orchestrator.ts';
