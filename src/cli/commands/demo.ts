import { Command } from 'commander';
import { HoldfastError } from '../../domain/errors.ts';
import type { DemoReport, HandlerStart } from '../../dev/demo/demo-report.ts';
import { executionsPerJob, isProven } from '../../dev/demo/demo-report.ts';

/** `holdfast demo`: the main job of Holdfast, on real files, with a real kill. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run a fleet on real files, kill a node in the middle of a job, check everything')
    .argument('[folder]', "files to work on (default: the lib folder of the package 'typescript')")
    .option('--json', 'print one JSON document on standard output, all else on standard error')
    .option('--keep', 'leave the servers up until Ctrl-C, to look around')
    .addHelpText('after', HELP)
    .action(demo);
}

const HELP = `
Examples:
  $ holdfast demo
  $ holdfast demo ./photos --keep
  $ holdfast demo --json`;

async function demo(
  folder: string | undefined,
  { json = false, keep = false }: { json?: boolean; keep?: boolean },
): Promise<void> {
  const { runDemo } = await import('../../dev/demo/run-demo.ts');
  const { defaultFolder } = await import('../../dev/demo/find-files.ts');
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  let failure: HoldfastError | undefined;
  try {
    await runDemo({
      folder: folder ?? defaultFolder(),
      out: process.stderr,
      signal: stop.signal,
      onReport: async (report, starts) => {
        process.stdout.write(json ? `${JSON.stringify(report)}\n` : summary(report, starts));
        if (!isProven(report)) failure = notProven(report);
        if (keep) await untilStopped(stop.signal, report);
      },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
  if (failure !== undefined) throw failure;
}

async function untilStopped(signal: AbortSignal, { webUi }: DemoReport): Promise<void> {
  process.stderr.write(`the servers stay up; Web UI: ${webUi ?? 'none'}; Ctrl-C stops them\n`);
  // A signal alone does not keep the process alive.
  const alive = setInterval(() => undefined, 60_000);
  await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  clearInterval(alive);
}

function notProven(report: DemoReport): HoldfastError {
  const wrong =
    report.failovers === 0
      ? 'node b was never caught in the middle of a job, so nothing failed over'
      : 'not all that it checks holds; see the summary';
  return new HoldfastError('demo_failed', wrong, {
    ...(report.failovers === 0 ? { hint: 'give a folder with more or larger files' } : {}),
  });
}

function summary(report: DemoReport, starts: readonly HandlerStart[]): string {
  const yes = (value: boolean) => (value ? 'yes' : 'NO');
  const runs = Object.entries(executionsPerJob(starts))
    .map(([times, jobs]) => `${jobs} ran ${times === '1' ? 'once' : `${times} times`}`)
    .join(', ');
  const rows: [string, string | number][] = [
    ['jobs', `${report.jobs}: ${report.succeeded} succeeded, ${report.failed} failed`],
    ['attempts', starts.length],
    ['executions per job', runs],
    ['failovers', report.failovers],
    ['from kill to restart', `${report.killToRedispatchMs ?? '-'} ms (heartbeat timeout 5 s)`],
    ['lost', report.lost],
    ['accepted twice', report.duplicatesAccepted],
    ['results in session order', yes(report.inOrder)],
    ['hashes match', yes(report.hashesMatch)],
    ['Web UI', report.webUi ?? 'none'],
    ['seconds', report.seconds],
  ];
  return ['', ...rows.map(([name, value]) => `${name.padEnd(26)}${value}`), ''].join('\n');
}
