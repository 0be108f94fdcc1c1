/**
 * The contracts of the activities: what workflows may ask of nodes and of the ledger.
 * They live here so that workflows never import an implementation.
 */
import type { AttemptPlace, AttemptRecord } from './attempt.ts';
import type { JobOutcome, JobSpec, PlanRun, SessionSlot } from './job.ts';
import type { Json } from './json.ts';
import type {
  HeldAttempt,
  LeaseBeat,
  NodeEvent,
  NodeModeChange,
  NodeRegistration,
  NodeState,
} from './node.ts';
import type { ArrivedResult } from './late-result.ts';
import type { Need } from './need.ts';
import type { PlaceFallback, PlaceRequest } from './placement.ts';
import type { SweepRequest, SweptBatch } from './sweep.ts';
import type { Judgement } from './verdict.ts';

/** What a node is told of the attempt it shall run. */
export interface Dispatch {
  readonly job: string;
  readonly generation: number;
  readonly epoch: number;
  readonly kind: string;
  readonly pool: string;
  readonly input: Json;
  readonly session?: SessionSlot;
  /** Goes back with a late result. */
  readonly resultToken?: string;
  /** How many of the node's slots it takes, when not 1. */
  readonly slots?: number;
  readonly plan?: PlanRun;
  /** The node's lease is the attempt's only sign of life: it sends no heartbeats of its own. */
  readonly byLease?: boolean;
}

/** What a node answers when the handler returned. */
export interface AttemptReport extends AttemptPlace {
  readonly result: Json;
}

/** What a job's heartbeat carries. */
export interface AttemptBeat extends AttemptPlace {
  readonly node: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly progress?: Json;
}

/** The types of `ApplicationFailure` by which a node says what became of an attempt. */
export const ATTEMPT_FAILURE = {
  handedBack: 'handed_back',
  refused: 'kind_refused',
  threadDied: 'thread_died',
  timedOut: 'attempt_timed_out',
  /** The node could not reach Temporal for a lease and stopped it. */
  fenced: 'attempt_fenced',
} as const;

/** The first detail of every failure that a node reports. */
export interface AttemptFailureDetail extends AttemptPlace {
  /** The class of the handler's error. */
  readonly name?: string;
  readonly stack?: string;
  /** The handler's error asked for another node. */
  readonly elsewhere?: boolean;
}

/** What runs on a node for jobs: on the queue of its pool, and on its own. */
export interface NodeActivities {
  /** Runs one attempt of a job's handler. */
  runJob(dispatch: Dispatch): Promise<AttemptReport>;
}

/** What runs on a node for its own workflow: on its lease queue. */
export interface LeaseActivities {
  /**
   * Beats with a {@link LeaseBeat} until the node stops. It returns then, and fails as cancelled
   * when another process has taken the node's name.
   */
  holdLease(lease: HeldLease): Promise<LeaseEnd>;
  /** Tells the node its mode; answers what it runs from then on. */
  applyMode(mode: NodeModeChange): Promise<LeaseBeat>;
}

/** What a node is told with its lease. */
export interface HeldLease {
  readonly node: string;
  readonly incarnation: string;
  readonly mode: NodeModeChange;
  /** Another process has taken the name: there is no lease, the node shall end. */
  readonly isSuperseded?: boolean;
}

/** What a node that stops says last: the attempts that it gave back. */
export interface LeaseEnd {
  readonly handedBack: readonly HeldAttempt[];
}

/** A job's first step, on the ledger. */
export interface OpenJob {
  readonly spec: JobSpec;
  readonly workflowId: string;
  /** The first run id of the workflow's chain: it stays the same over continue-as-new. */
  readonly runId: string;
  /** The ledger keeps its hash. Undefined in a job of an older version. */
  readonly resultToken?: string | undefined;
}

/** `closed`: the id was closed before, or may not be opened; the job ends as recorded. */
export type OpenedJob =
  | {
      readonly kind: 'opened';
      /** An earlier index of its strict session is not closed yet. */
      readonly awaitsTurn?: true;
      /** Its rate allows it to start then, in milliseconds since the Unix epoch. */
      readonly startsAt?: number;
      /** What it needs is not granted yet, or, while it waits for one of the above, not asked for. */
      readonly awaitsGrant?: true;
    }
  | { readonly kind: 'closed'; readonly outcome: JobOutcome };

/** Whose result a job ends with. */
interface AcceptedResult {
  readonly epoch: number;
  readonly node: string | undefined;
  /** See `TakenResult`; undefined when it is made of several attempts' results. */
  readonly arrival?: string;
}

/** A job's last step, on the ledger. */
export interface CloseJob {
  readonly jobId: string;
  /** For the metrics. */
  readonly jobKind: string;
  /** Whether the job has a session slot to fill. */
  readonly inSession: boolean;
  /** Whether the job may have a reservation or a wait on record. */
  readonly wasPlaced?: boolean;
  /** Whether the job may hold resources, wait for them, or have a start reserved within its rate. */
  readonly hasNeeds?: boolean;
  /** The pool that the job was in at last: it may have been moved. */
  readonly pool?: string;
  readonly generation: number;
  readonly runId: string;
  readonly outcome: JobOutcome;
  /** Whose result the outcome carries; set when it succeeded. */
  readonly accepted?: AcceptedResult | undefined;
  readonly attempts: readonly AttemptRecord[];
}

/**
 * The first commit wins. `own`: what is stored is what was asked to be stored; otherwise the
 * outcome that was stored before, which the workflow must return instead of its own. `missing`: the
 * ledger does not know the job.
 */
export type ClosedJob =
  | { readonly kind: 'own' }
  | { readonly kind: 'earlier'; readonly outcome: JobOutcome }
  | { readonly kind: 'missing' };

/** A job that asks for what it needs. */
export interface AskGrant {
  readonly job: string;
  readonly generation: number;
  /** Resources of this pool go before the fleet's of the same name. */
  readonly pool: string;
  readonly needs: readonly Need[];
  readonly priority: number;
}

/**
 * `waiting`: it is in the queue, and is told when it holds all that it needs. `missing`: the ledger does
 * not have the job open.
 */
export type GrantAnswer =
  | { readonly kind: 'held' }
  | { readonly kind: 'waiting'; readonly why: string }
  | { readonly kind: 'missing' };

/** Where an attempt goes. A node is reserved for it; a wait is on record. */
export type Placed =
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly incarnation: string;
      readonly scheduleToStartMs: number;
    }
  | PlaceFallback;

/** Every node that would take a job. Without any it waits, which is on record, or fails. */
export type FoundNodes =
  { readonly kind: 'nodes'; readonly names: readonly string[] } | PlaceFallback;

/** A change of a node for the record. */
export interface NodeChange {
  readonly name: string;
  readonly registration: NodeRegistration;
  readonly state: NodeState;
  readonly isStopping: boolean;
  readonly mode: NodeModeChange;
  readonly event: NodeEvent;
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since the Unix epoch, by the workflow's clock. */
  readonly at: number;
  /** Grows with every change of the node: a late repeat of an earlier one changes nothing. */
  readonly seq: number;
}

/** A node that is gone or takes no new work, with what its last beat said it ran. */
export interface LeftNode {
  readonly name: string;
  readonly incarnation: string;
  readonly pool: string;
  /** `recalled`: what runs goes on; what was only placed there goes elsewhere. */
  readonly why: 'lost' | 'stopped' | 'superseded' | 'recalled';
  readonly at: number;
  readonly running: readonly HeldAttempt[];
}

/** What an orchestrator does for the workflows of nodes. */
export interface NodeControlActivities {
  /** Puts a change of a node on record and tells the jobs that wait for it. */
  recordNode(change: NodeChange): Promise<void>;
  /** Tells every job that the node held, so that they go elsewhere at once; answers how many. */
  failOver(left: LeftNode): Promise<number>;
  /** The last beat of a lease that is still held. */
  readLease(lease: {
    workflowId: string;
    runId: string;
    activityId: string;
  }): Promise<LeaseBeat | undefined>;
  /** Takes a node that is offline off the record; false when there was none. */
  forgetNode(forgotten: { name: string; by: string; reason: string }): Promise<boolean>;
}

/** What an orchestrator does for the workflows of jobs. */
export interface ControlActivities {
  /** Chooses a place for an attempt and reserves it, or puts on record that it waits. */
  placeAttempt(request: PlaceRequest): Promise<Placed>;
  /** Gives back the slot that is reserved for a job, and tells whoever waits longest. */
  clearPlace(place: { job: string; generation: number; pool: string }): Promise<void>;
  /**
   * Why a loss shall not count against its job; undefined when it shall. `graceMs`: how long after
   * an outage of Temporal a loss is still its doing.
   */
  excuseLoss(loss: { pool: string; graceMs: number }): Promise<string | undefined>;
  /** The nodes of a pool that would take a job now; puts on record that it waits for a first one. */
  nodesFor(request: PlaceRequest): Promise<FoundNodes>;
  openJob(open: OpenJob): Promise<OpenedJob>;
  /** Whether every index before this one of a strict session is closed or passed over. */
  isTurn(slot: SessionSlot): Promise<boolean>;
  /** Grants a job all that it needs, or none of it; repeated, it answers how the job stands. */
  askGrant(ask: AskGrant): Promise<GrantAnswer>;
  /** Puts a result on record that its job did not end with, and says what became of it. */
  judgeResult(arrival: ArrivedResult): Promise<Judgement>;
  closeJob(close: CloseJob): Promise<ClosedJob>;
  /** Which node ran the newest activity with this id, from the workflow's own history. */
  findAttempt(attempt: {
    workflowId: string;
    runId: string;
    activityId: string;
  }): Promise<AttemptPlace>;
}

/** What an orchestrator does for the workflow of a sweep. */
export interface SweepActivities {
  /** Looks at one batch of one strategy and repairs what differs. */
  sweepBatch(request: SweepRequest): Promise<SweptBatch>;
}
