/**
 * A program that has Temporal's SDK download its dev server into the folder given as argument; what went
 * wrong is on the standard error stream. In a process of its own, because the SDK installs its runtime
 * for good in the process that asks, and the orchestrator wants to install another.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [downloadDir] = process.argv.slice(2);

async function download(): Promise<void> {
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: {
        type: 'cached-download',
        // Ours looks for the file by itself: an existing one must not be thrown away by its age.
        ttl: '3650 days',
        ...(downloadDir === undefined ? {} : { downloadDir }),
      },
    },
  });
  await environment.teardown();
}

download().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${reason(error)}\n`);
});

/** The message of an error and of what caused it, on one line. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${reason(error.cause)}`;
  return `${error.message}${cause}`.replaceAll('\n', ' ');
}
