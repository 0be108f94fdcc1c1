import { join } from 'node:path';
import type { DevServers } from '../dev-servers.ts';
import { DEV_FOLDER } from '../dev-servers.ts';
import { formatFields } from './table.ts';

/** What `holdfast dev` has started. */
export interface DevSummary extends DevServers {
  readonly dataDir: string;
  readonly cwd: string;
  readonly node: { readonly name: string; readonly pool: string } | undefined;
  readonly jobs: string | undefined;
}

/** Where everything is, and what to type next. */
export function formatDevSummary(dev: DevSummary): string[] {
  const { temporal, databaseUrl, webUi, dataDir, node } = dev;
  const isFound = dataDir === join(dev.cwd, DEV_FOLDER);
  return [
    '',
    ...formatFields({
      Temporal: `${temporal.address}, namespace ${temporal.namespace}`,
      'Web UI': webUi ?? 'none',
      ledger: databaseUrl,
      data: dataDir,
      node: node && `${node.name} in pool ${node.pool}`,
    }),
    '',
    isFound ? 'Next, in another terminal in this folder:' : 'Next, in another terminal:',
    ...(isFound ? [] : environment(dev)),
    ...nextLines(dev),
    ...(isFound ? ['', 'For an application of yours:', ...environment(dev)] : []),
    '',
    'Ctrl-C stops all.',
  ];
}

function environment({ temporal, databaseUrl }: DevSummary): string[] {
  return [
    `  export TEMPORAL_ADDRESS=${temporal.address} TEMPORAL_NAMESPACE=${temporal.namespace}`,
    `  export DATABASE_URL='${databaseUrl}'`,
  ];
}

function nextLines({ node, jobs }: DevSummary): string[] {
  const file = jobs ?? './jobs.ts';
  const submit = `  holdfast submit KIND --jobs ${file} --input '{…}' --wait`;
  const more = node === undefined ? 'n1' : 'n2';
  const start = `  holdfast node --pool ${node?.pool ?? 'POOL'} --name ${more} --jobs ${file}`;
  return [start, submit, '  holdfast jobs list'];
}
