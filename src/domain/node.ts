import type { Labels } from './labels.ts';

/** What a node says of itself when it starts, and again when its lease was lost. */
export interface NodeRegistration {
  /** Names this start of the node; another start of the same name has another one. */
  readonly incarnation: string;
  readonly pool: string;
  /** Attempts at once. */
  readonly slots: number;
  /** The kinds that it runs. */
  readonly kinds: readonly string[];
  /** The version of Holdfast that it runs. */
  readonly version: string;
  readonly labels: Labels;
  /** Silence after which it counts as lost. */
  readonly leaseMs: number;
}

/** `online` while the node's lease holds. */
export type NodeState = 'online' | 'offline';

/**
 * What operators want of a node. `enabled`: it takes work. `cordoned`: it takes no new work.
 * `draining`: it takes no new work, and hands back at a deadline what still runs. A mode outlives
 * restarts of the node.
 */
export type NodeMode = 'enabled' | 'cordoned' | 'draining';

/** Every mode of a node. */
export const NODE_MODES = ['enabled', 'cordoned', 'draining'] as const satisfies NodeMode[];

/** A mode with who set it and why. */
export interface NodeModeChange {
  readonly mode: NodeMode;
  readonly reason: string;
  /** The person or program. */
  readonly by: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** When a draining node hands back what still runs; never, when left out. */
  readonly deadlineAt?: number;
}

/** The mode of a node that nobody has touched. */
export const ENABLED: NodeModeChange = { mode: 'enabled', reason: '', by: '', at: 0 };

/** Why a node's state or mode changed: the `event` of a row of `node_events`. */
export type NodeEvent =
  | 'registered'
  /** Its lease ran out: dead, frozen or cut off. */
  | 'lost'
  /** It was stopped and said so. */
  | 'stopped'
  | 'stopping'
  /** Another process took its name. */
  | 'superseded'
  | NodeMode
  /** It drained, and runs nothing any more. */
  | 'drained'
  | 'forgotten';

/** A node as the ledger knows it. */
export interface Node extends NodeRegistration {
  readonly name: string;
  readonly state: NodeState;
  /** It is on its way down: it takes no new work, whatever its mode. */
  readonly isStopping: boolean;
  readonly mode: NodeModeChange;
  /** Why its state is what it is. */
  readonly cause: NodeEvent;
  readonly registeredAt: Date;
  readonly stateSince: Date;
  /** Attempts that were placed on it. */
  readonly reserved: number;
}

/** An attempt that a node runs or is to run. */
export interface HeldAttempt {
  readonly job: string;
  readonly generation: number;
  readonly epoch: number;
}

/** What a node's lease beats with: how many slots are taken, and which attempts it runs. */
export interface LeaseBeat {
  readonly incarnation: string;
  readonly slotsUsed: number;
  readonly running: readonly HeldAttempt[];
}

/** The shortest lease: a shorter one ends with every hiccup of a server. */
export const LEAST_LEASE_MS = 1_000;

/** How often a node beats; a lease must span some beats. */
export const LEASE_BEAT_MS = 1_000;

/** The lease of a node that was told none. */
export const DEFAULT_LEASE_MS = 5_000;
