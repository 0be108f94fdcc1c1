import { proxyActivities } from '@temporalio/workflow';

/** What Holdfast is measured against: a workflow of one activity on another process's queue. */
export async function bare(input) {
  const { noOp } = proxyActivities({
    taskQueue: 'bare-node',
    startToCloseTimeout: '60s',
    heartbeatTimeout: '5s',
    retry: { maximumAttempts: 1 },
  });
  return noOp(input);
}
