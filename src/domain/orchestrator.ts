/** An orchestrator that works, or did until it was killed. */
export interface Orchestrator {
  /** Its worker identity, as the Web UI shows it. */
  readonly identity: string;
  readonly startedAt: Date;
  /** When it was last heard from. */
  readonly beatAt: Date;
  /** `offline`: it has been silent for too long. One that stopped in order is not on record. */
  readonly state: 'online' | 'offline';
}

/** How often an orchestrator puts a sign of life on record. */
export const ORCHESTRATOR_BEAT_MS = 5_000;

/** Silence after which it counts as offline: three beats. */
export const ORCHESTRATOR_SILENCE_MS = 3 * ORCHESTRATOR_BEAT_MS;
