import { expect, it } from 'vitest';
import { hasEnded } from '../../src/domain/workflow-status.ts';

it.each(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'])('%s is an end', (name) => {
  expect(hasEnded({ name })).toBe(true);
});

it.each(['RUNNING', 'PAUSED', 'UNSPECIFIED', 'UNKNOWN'])('%s is none', (name) => {
  expect(hasEnded({ name })).toBe(false);
});
