/**
 * The dynamic configuration of every Temporal server that Holdfast starts or documents. Self-hosted
 * defaults are wrong for a fleet of long-polling nodes; DESIGN section 2 has the measurements.
 */
export const SERVER_SETTINGS: Readonly<Record<string, boolean | number>> = {
  // A worker that shuts down gives its open polls back, instead of swallowing a task each.
  'frontend.enableCancelWorkerPollsOnShutdown': true,
  // Cancels are pushed to the node; otherwise they wait for its next heartbeat.
  'frontend.WorkerCommandsEnabled': true,
  'system.enableCancelActivityWorkerCommand': true,
  'matching.enableFairness': true,
  // One partition: strict priority, and no task waits in a partition that nobody polls.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // Long polls at a time per frontend: each node holds several. Default 1200.
  'frontend.namespaceCount': 10_000,
  // Default 10 list and count calls a second, which a handful of dashboards use up.
  'frontend.namespaceRPS.visibility': 100,
  // Default 20 a second per shard: on one shard every job after the first ten takes 100 ms.
  'history.transferProcessorMaxPollRPS': 1000,
  'history.timerProcessorMaxPollRPS': 1000,
  'history.visibilityProcessorMaxPollRPS': 1000,
  'history.outboundProcessorMaxPollRPS': 1000,
  // Alarms that are due at the same time. Default 30 a second.
  'worker.schedulerNamespaceStartWorkflowRPS': 300,
};
