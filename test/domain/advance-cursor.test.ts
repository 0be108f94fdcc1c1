import { describe, expect, it } from 'vitest';
import type { SessionPosition, SlotsAhead } from '../../src/domain/advance-cursor.ts';
import { advanceCursor } from '../../src/domain/advance-cursor.ts';
import { DEFAULT_SESSION_RULES } from '../../src/domain/session.ts';

const START: SessionPosition = { cursor: -1, count: undefined, gapSince: undefined };
const SKIP = { skipAfterMs: 100, isStrict: false };
const STRICT = { skipAfterMs: 100, isStrict: true };

/** Filled slots; the first taken one is the first of them unless it is given. */
const filled = (indexes: number[], firstTaken = indexes[0]): SlotsAhead => ({
  filled: indexes,
  firstTaken,
});

describe('advanceCursor', () => {
  it('goes over every filled slot in a row', () => {
    expect(advanceCursor(DEFAULT_SESSION_RULES, START, filled([0, 1, 2]), 5)).toMatchObject({
      cursor: 2,
      gapSince: undefined,
      skipped: 0,
    });
  });

  it('stops before the first that is missing, and knows since when that holds others up', () => {
    const step = advanceCursor(DEFAULT_SESSION_RULES, START, filled([0, 2, 3]), 5);
    expect(step).toMatchObject({ cursor: 0, gapSince: 5, skipAt: undefined, again: false });
    const later = advanceCursor(DEFAULT_SESSION_RULES, step, filled([2, 3]), 1e12);
    expect(later).toMatchObject({ cursor: 0, gapSince: 5, skipped: 0 });
  });

  it('waits for nothing where nothing is filled', () => {
    const step = advanceCursor(SKIP, START, { filled: [], firstTaken: 7 }, 5);
    expect(step).toMatchObject({ cursor: -1, gapSince: undefined, skipAt: undefined });
  });

  it('passes over a gap when its time is over, not a millisecond before', () => {
    const waiting = { ...START, gapSince: 1_000 };
    const slots = filled([900_000_000, 900_000_001], 3);
    expect(advanceCursor(SKIP, waiting, slots, 1_099)).toMatchObject({ cursor: -1, skipAt: 1_100 });
    const skipped = { cursor: 899_999_999, skipped: 900_000_000, again: true, gapSince: undefined };
    expect(advanceCursor(SKIP, waiting, slots, 1_100)).toMatchObject(skipped);
  });

  it('gives every gap its own time', () => {
    const waiting = { ...START, gapSince: 0 };
    const step = advanceCursor(SKIP, waiting, filled([0, 2]), 500);
    expect(step).toMatchObject({ cursor: 0, gapSince: 500, skipAt: 600, skipped: 0 });
  });

  describe('where the session was closed', () => {
    const closed = { ...START, count: 5, gapSince: 0 };

    it('passes over what is missing at the end', () => {
      const slots = { filled: [], firstTaken: undefined };
      expect(advanceCursor(SKIP, closed, slots, 100)).toMatchObject({ cursor: 4, skipped: 5 });
      const end = { ...closed, cursor: 4 };
      expect(advanceCursor(SKIP, end, slots, 999)).toMatchObject({
        cursor: 4,
        gapSince: undefined,
      });
    });

    it('waits for an open job when only the end is behind it', () => {
      expect(advanceCursor(SKIP, closed, { filled: [], firstTaken: 0 }, 999)).toMatchObject({
        cursor: -1,
        gapSince: undefined,
      });
      expect(advanceCursor(SKIP, closed, { filled: [], firstTaken: 3 }, 999)).toMatchObject({
        cursor: 2,
        skipped: 3,
      });
    });

    it('does not wait for it when a result is behind it', () => {
      expect(advanceCursor(SKIP, closed, filled([2], 0), 100)).toMatchObject({ cursor: 1 });
    });
  });

  describe('in a strict session', () => {
    it('never passes over a job that is open', () => {
      expect(advanceCursor(STRICT, START, filled([1], 0), 1e6)).toMatchObject({
        cursor: -1,
        gapSince: undefined,
      });
    });

    it('passes over what no job holds, for the sake of an open job behind it', () => {
      const waiting = { ...START, gapSince: 0 };
      const slots = { filled: [], firstTaken: 2 };
      expect(advanceCursor(STRICT, waiting, slots, 100)).toMatchObject({ cursor: 1, skipped: 2 });
    });
  });
});
