import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from 'holdfast';
import { z } from 'zod';

/** Says when and where it runs; its first attempt lasts longer than the measurement. */
export const long = defineJob({
  kind: 'long',
  pool: 'bench',
  input: z.object({ folder: z.string() }),
  async run({ folder }, { job, epoch, node, signal }) {
    const mark = JSON.stringify({ job, epoch, node, at: Date.now() });
    await writeFile(join(folder, `${job}.${epoch}.${node}.${process.pid}`), mark);
    if (epoch === 1) await delay(3_600_000, undefined, { signal });
    return { node, epoch };
  },
});
