import { defineJob } from 'holdfast';
import { z } from 'zod';

/** Does nothing: what is left is Holdfast's own cost. */
export const noOp = defineJob({
  kind: 'no-op',
  pool: 'bench',
  input: z.object({ n: z.number() }),
  run: ({ n }) => ({ n }),
});
