import { defineSchedule } from 'holdfast';

/** A schedule whose input is computed by the orchestrators that have this file. */
export const computed = defineSchedule({
  name: 'computed',
  kind: 'echo',
  pool: 'test',
  every: '1d',
  input: ({ scope, time }) => ({ scope, day: time.toISOString().slice(0, 10) }),
});

/** A schedule one of whose scopes has no input. */
export const picky = defineSchedule({
  name: 'picky',
  kind: 'echo',
  pool: 'test',
  every: '2s',
  catchUp: 'every_plan',
  maxPlansPerTick: 10,
  scopes: ['bad', 'good'],
  input: ({ scope }) => {
    if (scope === 'bad') throw new Error('no input for bad');
    return { scope };
  },
});
