/**
 * `npm run bench -- [--json]`: no-op jobs of Holdfast against a bare Temporal workflow of one
 * activity, on the same server, interleaved. Prints one document on standard output.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import type { HoldfastClient } from '../dist/index.js';
import { connect } from '../dist/index.js';
import type { BenchFleet } from './fleet.ts';
import { startBenchFleet } from './fleet.ts';
import { quantile, rounded } from './quantile.ts';

const SLOTS = 8;
const ROUNDS = 7;
const JOBS = 200;
const IN_FLIGHT = 50;
const SEQUENTIAL = 40;
const WARM_UP = 50;

type RunOne = (n: number) => Promise<unknown>;

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const fleet = await startBenchFleet(SLOTS);
try {
  const { address, namespace } = fleet.embedded.temporal;
  const connection = await Connection.connect({ address });
  const holdfast = await connect({
    temporal: { address, namespace },
    databaseUrl: fleet.embedded.databaseUrl,
  });
  const report = await measure(
    fleet,
    bareJob(new Client({ connection, namespace })),
    noOp(holdfast),
  );
  await holdfast.close();
  await connection.close();
  process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
} finally {
  await fleet.stop();
}

async function measure(
  { nodeStartMs, nodeRssMb, ledger }: BenchFleet,
  bare: RunOne,
  holdfast: RunOne,
) {
  await timed(bare, WARM_UP);
  await timed(holdfast, WARM_UP);
  const rounds: { bare: number; holdfast: number; latencies: number[] }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    // Each side goes first in every other round.
    const first = round % 2 === 0 ? await timed(holdfast, JOBS) : await timed(bare, JOBS);
    const second = round % 2 === 0 ? await timed(bare, JOBS) : await timed(holdfast, JOBS);
    const [ofBare, ofHoldfast] = round % 2 === 0 ? [second, first] : [first, second];
    rounds.push({ bare: ofBare.rate, holdfast: ofHoldfast.rate, latencies: ofHoldfast.latencies });
    process.stderr.write(
      `round ${round}: bare ${rounded(ofBare.rate)}/s, holdfast ${rounded(ofHoldfast.rate)}/s\n`,
    );
  }
  const sequential = await sequentially(bare, holdfast);
  const ratios = rounds.map((each) => each.holdfast / each.bare);
  const latencies = rounds.flatMap((each) => each.latencies);
  return {
    bare: rounded(
      quantile(
        rounds.map((each) => each.bare),
        0.5,
      ),
    ),
    holdfast: rounded(
      quantile(
        rounds.map((each) => each.holdfast),
        0.5,
      ),
    ),
    ratio: rounded(quantile(ratios, 0.5), 3),
    ratios: ratios.map((ratio) => rounded(ratio, 3)),
    p50: rounded(quantile(latencies, 0.5)),
    p99: rounded(quantile(latencies, 0.99)),
    sequentialP50: rounded(sequential.holdfast),
    bareSequentialP50: rounded(sequential.bare),
    nodeRssMb: rounded(nodeRssMb),
    nodeStartMs: Math.round(nodeStartMs),
    ledger,
  };
}

/** Jobs a second, and each job's milliseconds, with a fixed number in flight. */
async function timed(runOne: RunOne, jobs: number): Promise<{ rate: number; latencies: number[] }> {
  const latencies: number[] = [];
  const numbers = Array.from({ length: jobs }, (_, n) => n).values();
  const startedAt = performance.now();
  const submitter = async () => {
    for (const n of numbers) {
      const at = performance.now();
      await runOne(n);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, submitter));
  return { rate: (jobs / (performance.now() - startedAt)) * 1000, latencies };
}

/** The median milliseconds of one job at a time, the sides taking turns. */
async function sequentially(bare: RunOne, holdfast: RunOne) {
  const took = { bare: [] as number[], holdfast: [] as number[] };
  for (let n = 0; n < SEQUENTIAL; n++) {
    for (const [side, runOne] of Object.entries({ bare, holdfast })) {
      const at = performance.now();
      await runOne(n);
      took[side as keyof typeof took].push(performance.now() - at);
    }
  }
  return { bare: quantile(took.bare, 0.5), holdfast: quantile(took.holdfast, 0.5) };
}

function bareJob(client: Client): RunOne {
  return (n) =>
    client.workflow.execute('bare', { taskQueue: 'bare', workflowId: randomUUID(), args: [{ n }] });
}

function noOp({ jobs }: HoldfastClient): RunOne {
  return async (n) => (await jobs.submit('no-op', { n }, { pool: 'bench' })).result();
}
