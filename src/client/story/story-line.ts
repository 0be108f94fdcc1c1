/** What a line of a job's story tells. */
export type StoryKind =
  | 'submitted'
  | 'opened'
  /** The ledger does not answer; it is asked until it does. */
  | 'ledger_away'
  /** A place was chosen, or there was none: then the line has a reason. */
  | 'placed'
  | 'waiting'
  | 'dispatched'
  | 'started'
  /** The attempt was told to stop. */
  | 'called_back'
  | 'succeeded'
  | 'failed'
  | 'lost'
  /** A loss that does not count, and why. */
  | 'excused'
  | 'handed_back'
  | 'refused'
  | 'not_taken'
  | 'cancelled'
  /** An attempt that was given up before ended after all: nothing came of it. */
  | 'late'
  /** A node delivered the result of an attempt that was given up before. */
  | 'late_result'
  /** What became of a result that the job did not end with. */
  | 'judged'
  /** The wait before a retry, or before it is offered again. */
  | 'backoff'
  | 'told'
  | 'moved'
  /** A job of placement `each` started or lost sight of its part on a node. */
  | 'part'
  | 'cancel_asked'
  | 'continued'
  | 'recorded'
  | 'closed';

/** One thing that happened to a job. */
export interface StoryLine {
  readonly at: Date;
  readonly kind: StoryKind;
  /** In words, without time and epoch. */
  readonly text: string;
  /** The attempt that it is about. */
  readonly epoch: number | undefined;
  readonly node: string | undefined;
  /** The task queue of a dispatch. */
  readonly queue: string | undefined;
  /** When a wait ends by itself. */
  readonly until: Date | undefined;
}
