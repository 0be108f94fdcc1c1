import { checkChoice } from '../domain/check.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { JobState } from '../domain/job.ts';

/** What becomes of a submit whose id, or whose place in a session, another job has. */
export type Dedupe = (typeof DEDUPES)[number];

/** Every {@link Dedupe}. */
export const DEDUPES = ['attach', 'reject', 'replace'] as const;

/** The job that has an id or a place which a submit asks for. */
export interface Holder {
  readonly id: string;
  readonly state: JobState;
  readonly generation: number;
}

/** A {@link Holder} of an id. */
export interface IdHolder extends Holder {
  /** It is closed, and its horizon over. */
  readonly isOver: boolean;
}

/** What a submit does about the job that has its id. */
export type IdAnswer =
  /** Answers with that job. */
  | 'attach'
  /** Throws `job_exists`. */
  | 'reject'
  /** Cancels that job, waits for its end, and looks again. */
  | 'end_it'
  /** Starts the next generation. */
  | 'start_next';

/** Checks the option by itself. @throws HoldfastError `invalid_input` */
export function checkDedupe(dedupe: unknown, path: string): Dedupe | undefined {
  return dedupe === undefined ? undefined : checkChoice(dedupe, DEDUPES, path);
}

/** What a submit does about the newest generation of its id. */
export function answerTo({ state, isOver }: IdHolder, dedupe: Dedupe): IdAnswer {
  if (state === 'open') return dedupe === 'replace' ? 'end_it' : dedupe;
  return isOver || dedupe === 'replace' ? 'start_next' : dedupe;
}

/** The error for an id that a job has already. */
export function jobExists({ id, state, generation }: Holder, hint: string): HoldfastError {
  const which = generation === 1 ? '' : `, generation ${generation}`;
  return new HoldfastError('job_exists', `job ${id} exists already (${state}${which})`, {
    hint,
    details: { holder: id, state, generation },
  });
}
