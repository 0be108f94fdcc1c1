/** The first with all that Holdfast's settings switch on. */
export const WANTED_TEMPORAL = '1.32';

/**
 * What a server of a version lacks that Holdfast is made for, or undefined. The dev server of the Temporal
 * CLI lags behind the server itself (CLI 1.8.2 has server 1.31.2).
 */
export function lacksOf(serverVersion: string): string | undefined {
  const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = WANTED_TEMPORAL.split('.').map(Number);
  const isOld = major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
  if (!isOld) return undefined;
  return (
    `the Temporal server is ${serverVersion}; before ${WANTED_TEMPORAL} a cancel reaches a ` +
    'running job only with its next heartbeat'
  );
}
