import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import type { KeptResult } from '../../../src/workers/node/late-file.ts';
import { LateSpool } from '../../../src/workers/node/late-spool.ts';

/** A late result of a job. */
export function lateOf(job: string, result: Json = 'r'): KeptResult {
  const late = { job, generation: 1, epoch: 1, node: 'n', token: 't', result, startedAt: 5 };
  return { workflowId: `job/${job}`, late };
}

/** A folder that is not there yet; it is removed when the test is over. */
export async function newFolder(): Promise<string> {
  const made = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-spool-')));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return join(made, 'spool');
}

/** A spool on a folder, with room for all that a test keeps unless it asks for less. */
export function spoolIn(
  folder: string,
  bounds: { readonly maxBytes?: number; readonly maxCount?: number } = {},
): LateSpool {
  return new LateSpool({ folder, maxBytes: 1_000_000, maxCount: 1_000, ...bounds });
}
