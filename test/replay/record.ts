/**
 * `npx jiti test/replay/record.ts [name…]`: plays the scenarios on real servers and processes, and
 * writes their histories. Run it for a new workflow or a new path; a history that is recorded
 * already stands for jobs in flight, and must go on to replay.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { Fleet } from '../support/fleet.ts';
import { historyToJson } from './history-json.ts';
import type { Scenario, Stage } from './scenarios.ts';
import { SCENARIOS } from './scenarios.ts';
import { scrubHistory } from './scrub-history.ts';

const HISTORIES = new URL('./histories/', import.meta.url);

const names = process.argv.slice(2);
const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-record-'));
const embedded = await startEmbedded({ dataDir, webUi: false });
const connection = await Connection.connect({ address: embedded.temporal.address });
try {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (names.length === 0 || names.includes(name)) await record(name, scenario);
  }
} finally {
  await connection.close();
  await embedded.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function record(name: string, scenario: Scenario): Promise<void> {
  const fleet = await Fleet.start({
    temporalAddress: embedded.temporal.address,
    databaseUrl: embedded.databaseUrl,
  });
  try {
    const workflowId = await scenario({ fleet, embedded } satisfies Stage);
    const client = new Client({ connection, namespace: fleet.namespace });
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    const scrubbed = scrubHistory(historyToJson(history));
    const file = new URL(`${name}.json`, HISTORIES);
    await writeFile(file, `${JSON.stringify(scrubbed, null, 1)}\n`);
    process.stdout.write(`${name}: ${history.events?.length ?? 0} events\n`);
  } finally {
    await fleet.stop();
  }
}
