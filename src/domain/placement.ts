import type { Pin } from './job.ts';
import type { Labels } from './labels.ts';
import type { NodeMode, NodeState } from './node.ts';

/** An attempt that looks for a place. Times are milliseconds since the Unix epoch. */
export interface PlaceRequest {
  readonly job: string;
  readonly generation: number;
  readonly epoch: number;
  readonly kind: string;
  readonly pool: string;
  readonly pin: Pin | undefined;
  /** How many slots of the node it takes; left out by a job of an older version: 1. */
  readonly slots?: number;
  /** Labels that the node must have. */
  readonly labels: Labels;
  /** Labels that it had better have. */
  readonly preferLabels: Labels;
  /** Only a node's own queue will do: the lease is the job's only sign of life. */
  readonly needsNode: boolean;
  /** The node on which the last attempt fell silent. */
  readonly silentNode: string | undefined;
  /** It follows a lost attempt, so a pause of its pool holds it. */
  readonly isFailover: boolean;
  /** Nodes to keep clear of as long as there are others. */
  readonly avoid: readonly string[];
  /** Since when the job has been waiting for this attempt. */
  readonly since: number;
  /** Waits longer than this raise an alert. */
  readonly alarmAfterMs: number;
  /** Waits longer than this end the job. */
  readonly failAfterMs: number | undefined;
}

/** A node as a place for attempts. */
export interface PlaceNode {
  readonly name: string;
  readonly incarnation: string;
  readonly pool: string;
  readonly state: NodeState;
  readonly mode: NodeMode;
  readonly isStopping: boolean;
  readonly slots: number;
  /** Silence after which it counts as lost. */
  readonly leaseMs: number;
  readonly kinds: readonly string[];
  readonly labels: Labels;
  /** Slots of attempts that were placed on it and have not ended. */
  readonly reserved: number;
}

/** What a choice is made from. */
export interface PlaceSituation {
  readonly now: number;
  /** The nodes of the pool, and the one of the pin. */
  readonly nodes: readonly PlaceNode[];
  /** Set while failover of the pool pauses. */
  readonly pause: { readonly until: number; readonly why: string } | undefined;
}

/** Where an attempt may go. */
export type PlaceChoice =
  /** The own queue of the first of these that has room; `otherwise` when none has. */
  | {
      readonly kind: 'node';
      readonly candidates: readonly PlaceNode[];
      readonly scheduleToStartMs: number;
      readonly otherwise: PlaceFallback;
    }
  | PlaceFallback;

/** Where an attempt goes that gets no node of its own. */
export type PlaceFallback =
  | { readonly kind: 'pool' }
  | {
      readonly kind: 'wait';
      readonly why: string;
      /** The node waited for, when it is a certain one. */
      readonly node: string | undefined;
      /** When the answer changes by itself. */
      readonly until: number | undefined;
    }
  | {
      readonly kind: 'fail';
      readonly code: 'node_offline' | 'pending_timeout';
      readonly message: string;
    };
