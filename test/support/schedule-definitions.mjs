import { defineSchedule } from 'holdfast';

/** A schedule whose input is computed by the orchestrators that have this file. */
export const computed = defineSchedule({
  name: 'computed',
  kind: 'echo',
  pool: 'test',
  every: '1d',
  input: ({ scope, time }) => ({ scope, day: time.toISOString().slice(0, 10) }),
});
