import type { Json } from './json.ts';

/**
 * What became of a result. `accepted`: its job, or at least its session, has it. `duplicate`: the
 * same attempt's result is on record already. `superseded`: another attempt's was accepted, or was
 * preferred. `late`: its job had ended without a result.
 */
export type Verdict = (typeof VERDICTS)[number];

/** Every {@link Verdict}. */
export const VERDICTS = ['accepted', 'duplicate', 'superseded', 'late'] as const;

/** One result that arrived, for the record. */
export interface ResultRecord {
  readonly epoch: number;
  readonly node: string | undefined;
  readonly receivedAt: Date;
  readonly verdict: Verdict;
  /** SHA-256 of its JSON text, in hex. */
  readonly hash: string;
  /** Undefined for a duplicate, and when it was cleaned up. */
  readonly result: Json | undefined;
}

/** What a judged result came to. */
export type Judgement =
  | {
      readonly kind: 'judged';
      readonly verdict: Verdict;
      /** It came after the clean-up of its job. */
      readonly isAfterCleanup: boolean;
    }
  /** It is no result of this job: its token is another one, or no such job was ever opened. */
  | { readonly kind: 'refused'; readonly why: 'wrong_token' | 'unknown_job' };

/** What the ledger knows when a result arrives. */
export interface KnownOfJob {
  readonly isOpen: boolean;
  /** The epoch whose result was accepted. */
  readonly acceptedEpoch: number | undefined;
  /** The same attempt's result is on record already, byte for byte. */
  readonly isRepeated: boolean;
  /** Its slot in a session is still its own and was neither released nor passed over. */
  readonly hasFreeSlot: boolean;
}

/**
 * The rule of verdicts, for a result that its job did not end with.
 *
 * @param from see `ArrivedResult`
 */
export function judge(known: KnownOfJob, from: 'job' | 'late'): Verdict {
  if (known.isRepeated) return 'duplicate';
  if (known.acceptedEpoch !== undefined) return 'superseded';
  // The job runs, and has decided to wait for another attempt.
  if (known.isOpen && from === 'job') return 'superseded';
  return known.hasFreeSlot ? 'accepted' : 'late';
}
