/**
 * What the server says of a heartbeat. `cancelled`: whoever asked for the activity wants its end.
 * `gone`: the activity has ended for the server; its result would be refused.
 */
export type BeatAnswer = 'acknowledged' | 'cancelled' | 'gone';

/** Sends a heartbeat for an activity and waits for the answer; rejects when there is none in time. */
export type SendBeat = (
  taskToken: Uint8Array,
  details: unknown,
  withinMs: number,
) => Promise<BeatAnswer>;
