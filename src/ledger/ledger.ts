import type { AskGrant, CloseJob, NodeChange, OpenJob } from '../domain/activities.ts';
import type { AttemptRecord } from '../domain/attempt.ts';
import type { SessionSlot } from '../domain/job.ts';
import type { ArrivedResult } from '../domain/late-result.ts';
import type { HeldAttempt, Node } from '../domain/node.ts';
import type { Orchestrator } from '../domain/orchestrator.ts';
import type { PlaceSituation } from '../domain/placement.ts';
import type { Resource, ResourceCapacity, ResourceKey } from '../domain/resource.ts';
import type { RetentionPolicy } from '../domain/retention.ts';
import type { Session, SessionItem, SessionRules } from '../domain/session.ts';
import type { PoolPause, StormPolicy } from '../domain/storm.ts';
import type { ResultRecord } from '../domain/verdict.ts';
import type { Access } from './access.ts';
import { createAccess } from './access.ts';
import { findAttempts } from './attempts.ts';
import type { LedgerClosing } from './close-job.ts';
import { closeJob } from './close-job.ts';
import { closeSession } from './close-session.ts';
import { createSession } from './create-session.ts';
import type { JobFilter, JobPage, StoredJob } from './find-jobs.ts';
import { findJob, listJobs, openedWorkflows } from './find-jobs.ts';
import type { NewestGeneration } from './find-newest.ts';
import { findNewest } from './find-newest.ts';
import type { NodeFilter } from './find-nodes.ts';
import { findNode, listNodes } from './find-nodes.ts';
import type { SessionFilter, SessionHead, SessionPage } from './find-sessions.ts';
import { findSession, listSessions, sessionHeads } from './find-sessions.ts';
import type { ForgottenNode } from './forget-node.ts';
import { forgetNode } from './forget-node.ts';
import type { JobGrant, LedgerGrant } from './grants.ts';
import { askGrant, grantOf } from './grants.ts';
import type { LedgerJudgement } from './judge-result.ts';
import { judgeResult } from './judge-result.ts';
import { ledgerError } from './ledger-error.ts';
import type { Inspection } from './inspection.ts';
import { createInspection } from './inspection.ts';
import type { News } from './listen.ts';
import { checkSchema, migrate } from './migrate.ts';
import type { NodeEventRecord } from './node-events.ts';
import { nodeEvents } from './node-events.ts';
import type { LedgerOpening } from './open-job.ts';
import { openJob, takeOverJob } from './open-job.ts';
import { beatOrchestrator, dropOrchestrator, listOrchestrators } from './orchestrators.ts';
import type { Outage } from './outages.ts';
import { lastOutage, recordOutage } from './outages.ts';
import type { Call, Outbox } from './outbox.ts';
import { createOutbox } from './outbox.ts';
import type { WantedPlace } from './place-situation.ts';
import { placeSituation } from './place-situation.ts';
import { createPool, maskPassword } from './pool.ts';
import { poolPauses, resumePool } from './pool-pauses.ts';
import type { PruneCounts } from './prune.ts';
import { prune } from './prune.ts';
import { readReleased } from './read-released.ts';
import type { NodeLoss } from './record-loss.ts';
import { recordLoss } from './record-loss.ts';
import { recordNode } from './record-node.ts';
import type { ReleasedSession } from './release-due.ts';
import { releaseDue } from './release-due.ts';
import type { NodeStart, PlacedAttempt, PlacedJob } from './reservations.ts';
import { clearPlace, held, reserve } from './reservations.ts';
import type { ResourceFilter, ToldOfChange } from './resources.ts';
import { configureResources, listResources, removeResource, setResource } from './resources.ts';
import { findResults } from './results.ts';
import { listenToSessions } from './session-news.ts';
import type { Schedules } from './schedules.ts';
import { createSchedules } from './schedules.ts';
import type { SlotCounts, SlotHolder } from './session-slots.ts';
import { countSlots, findSlot, isTurn, yieldSlot } from './session-slots.ts';
import type { SweepLedger } from './sweep.ts';
import { createSweepLedger } from './sweep.ts';
import type { Wait, WaitFilter, WaitNews } from './waits.ts';
import { listWaits, recordWait, waiting, waitOf } from './waits.ts';

/**
 * The ledger: what outlives a workflow. Every call rejects with a HoldfastError
 * `ledger_unavailable` when PostgreSQL does not answer.
 */
export interface Ledger {
  readonly access: Access;
  readonly inspection: Inspection;
  readonly outbox: Outbox;
  readonly sweep: SweepLedger;
  readonly schedules: Schedules;
  /** Brings the schema to this version. */
  migrate(): Promise<void>;
  /** Rejects unless the schema is of this version. */
  checkSchema(): Promise<void>;
  openJob(open: OpenJob): Promise<LedgerOpening>;
  takeOverJob(open: OpenJob, fromRunId: string): Promise<boolean>;
  closeJob(close: CloseJob): Promise<LedgerClosing>;
  /** Grants a job all that it needs, or none of it; repeated, it answers how the job stands. */
  askGrant(ask: AskGrant): Promise<LedgerGrant>;
  /** What an open job holds or waits for; undefined when it has not asked for anything. */
  grantOf(job: string, generation: number): Promise<JobGrant | undefined>;
  listResources(filter: ResourceFilter): Promise<Resource[]>;
  /** Sets a capacity; what is held stays so. */
  setResource(resource: ResourceCapacity): Promise<ToldOfChange>;
  /** False when there is none. Rejects with `resource_in_use` while jobs hold it or wait for it. */
  removeResource(resource: ResourceKey): Promise<boolean>;
  /** Creates resources, and changes those whose configured capacity is another than before. */
  configureResources(resources: readonly ResourceCapacity[]): Promise<ToldOfChange>;
  /** A generation of a job, the newest unless another is named. */
  findJob(id: string, generation?: number): Promise<StoredJob | undefined>;
  findNewest(id: string): Promise<NewestGeneration | undefined>;
  findAttempts(jobId: string, generation: number): Promise<AttemptRecord[]>;
  listJobs(filter: JobFilter): Promise<JobPage>;
  /** Those of the workflows that the ledger knows. */
  openedWorkflows(workflowIds: readonly string[]): Promise<Set<string>>;
  /** Every result that arrived for a job, in the order of arrival. */
  findResults(jobId: string, generation: number): Promise<ResultRecord[]>;
  judgeResult(arrival: ArrivedResult): Promise<LedgerJudgement>;
  isTurn(slot: SessionSlot): Promise<boolean>;
  /** Creates a session; answers the one that is there, whatever its rules. */
  createSession(id: string, rules: SessionRules): Promise<Session>;
  /**
   * Sets how many indexes a session has. Answers the session as it is then: with another count when
   * it was closed before, or undefined when there is none. Rejects with `session_ended` when a job
   * holds a higher index already.
   */
  closeSession(id: string, count: number): Promise<Session | undefined>;
  findSession(id: string): Promise<Session | undefined>;
  listSessions(filter: SessionFilter): Promise<SessionPage>;
  /** How many slots of a session are taken, filled and released. */
  countSlots(id: string): Promise<SlotCounts>;
  /** Who holds a slot, and whether it can still be taken over. */
  findSlot(slot: SessionSlot): Promise<SlotHolder | undefined>;
  /** Lets the open job that holds a slot leave it free when it is cancelled. */
  yieldSlot(slot: SessionSlot, holder: Pick<SlotHolder, 'job' | 'generation'>): Promise<void>;
  /** What a session has released after an index, in order; each index up to the cursor once. */
  readReleased(id: string, after: number, limit: number): Promise<SessionItem[]>;
  /** The cursors and counts of sessions, for readers that poll. */
  sessionHeads(ids: readonly string[]): Promise<SessionHead[]>;
  /** Passes over gaps whose time is over; answers whose turn it is then in strict sessions. */
  releaseDue(limit: number): Promise<ReleasedSession[]>;
  /** Hears of every session that releases something; see {@link News}. */
  listenToSessions(onNews: (sessionId: string) => void): News;
  /** Strips closed jobs, and drops fences and the audit whose time is over: one batch. */
  prune(retention: RetentionPolicy, limit: number): Promise<PruneCounts>;
  recordNode(change: NodeChange): Promise<boolean>;
  forgetNode(forgotten: ForgottenNode): Promise<boolean>;
  findNode(name: string): Promise<Node | undefined>;
  listNodes(filter?: NodeFilter): Promise<Node[]>;
  nodeEvents(name: string, limit: number): Promise<NodeEventRecord[]>;
  placeSituation(wanted: WantedPlace): Promise<PlaceSituation>;
  reserve(
    attempt: PlacedAttempt,
    place: NodeStart,
    options: { overbook: boolean },
  ): Promise<boolean>;
  clearPlace(job: PlacedJob): Promise<void>;
  held(start: NodeStart): Promise<HeldAttempt[]>;
  recordWait(wait: Wait): Promise<void>;
  waiting(news: WaitNews): Promise<PlacedJob[]>;
  listWaits(filter: WaitFilter): Promise<Wait[]>;
  waitOf(job: string, generation: number): Promise<Wait | undefined>;
  recordLoss(loss: NodeLoss, policy: StormPolicy): Promise<PoolPause | undefined>;
  poolPauses(): Promise<PoolPause[]>;
  resumePool(pool: string): Promise<boolean>;
  recordOutage(outage: Outage): Promise<void>;
  lastOutage(): Promise<Outage | undefined>;
  /** Puts a sign of life of an orchestrator on record. */
  beatOrchestrator(identity: string): Promise<void>;
  dropOrchestrator(identity: string): Promise<void>;
  /** The one heard from last first. */
  listOrchestrators(): Promise<Orchestrator[]>;
  close(): Promise<void>;
}

/**
 * The ledger at a PostgreSQL address. It connects at the first call.
 *
 * @throws HoldfastError `invalid_input` when the address is not a PostgreSQL URL
 */
export function openLedger(databaseUrl: string): Ledger {
  const pool = createPool(databaseUrl);
  const call =
    <Args extends unknown[], Result>(work: (db: typeof pool, ...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await work(pool, ...args);
      } catch (error) {
        throw ledgerError(error, databaseUrl);
      }
    };
  return {
    access: createAccess(call),
    inspection: createInspection(call, maskPassword(databaseUrl)),
    outbox: createOutbox(pool, call),
    ...resourceCalls(call),
    sweep: createSweepLedger(pool, call),
    schedules: createSchedules(call),
    migrate: call(migrate),
    checkSchema: call(checkSchema),
    openJob: call(openJob),
    takeOverJob: call(takeOverJob),
    closeJob: call(closeJob),
    findJob: call(findJob),
    findNewest: call(findNewest),
    findAttempts: call(findAttempts),
    listJobs: call(listJobs),
    openedWorkflows: call(openedWorkflows),
    findResults: call(findResults),
    judgeResult: call(judgeResult),
    isTurn: call(isTurn),
    createSession: call(createSession),
    closeSession: call(closeSession),
    findSession: call(findSession),
    listSessions: call(listSessions),
    countSlots: call(countSlots),
    findSlot: call(findSlot),
    yieldSlot: call(yieldSlot),
    readReleased: call(readReleased),
    sessionHeads: call(sessionHeads),
    releaseDue: call(releaseDue),
    listenToSessions: (onNews) => listenToSessions(pool, onNews),
    prune: call(prune),
    ...nodeCalls(call),
    beatOrchestrator: call(beatOrchestrator),
    dropOrchestrator: call(dropOrchestrator),
    listOrchestrators: call(listOrchestrators),
    close: () => pool.end(),
  };
}

function nodeCalls(call: Call) {
  return {
    recordNode: call(recordNode),
    forgetNode: call(forgetNode),
    findNode: call(findNode),
    listNodes: call(listNodes),
    nodeEvents: call(nodeEvents),
    placeSituation: call(placeSituation),
    reserve: call(reserve),
    clearPlace: call(clearPlace),
    held: call(held),
    recordWait: call(recordWait),
    waiting: call(waiting),
    listWaits: call(listWaits),
    waitOf: call(waitOf),
    recordLoss: call(recordLoss),
    poolPauses: call(poolPauses),
    resumePool: call(resumePool),
    recordOutage: call(recordOutage),
    lastOutage: call(lastOutage),
  };
}

function resourceCalls(call: Call) {
  return {
    askGrant: call(askGrant),
    grantOf: call(grantOf),
    listResources: call(listResources),
    setResource: call(setResource),
    removeResource: call(removeResource),
    configureResources: call(configureResources),
  };
}
