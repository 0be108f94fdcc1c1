/** One process of the bare side: `workflow` or `activity`, with the options of Holdfast's own. */
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { loadConfig } from '../../dist/config/load-config.js';
import { temporalConfig } from '../../dist/config/temporal.js';

const [role, slots] = process.argv.slice(2);
process.once('disconnect', () => process.exit());

const { connectionOptions, namespace } = temporalConfig((await loadConfig()).temporal);
const connection = await NativeConnection.connect(connectionOptions);
const worker = await Worker.create({ connection, namespace, ...(await optionsOf(role)) });
const running = worker.run();
process.send('started');
await running;

async function optionsOf(side) {
  if (side === 'activity') {
    return {
      taskQueue: 'bare-node',
      activities: { noOp: (input) => Promise.resolve(input) },
      maxConcurrentActivityTaskExecutions: Number(slots),
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
      maxHeartbeatThrottleInterval: '1s',
    };
  }
  const workflowsPath = fileURLToPath(new URL('./workflows.mjs', import.meta.url));
  return {
    taskQueue: 'bare',
    workflowBundle: await bundleWorkflowCode({ workflowsPath }),
    stickyQueueScheduleToStartTimeout: '2s',
  };
}
