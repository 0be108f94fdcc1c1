import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { ConfigOption } from '../../config/given-config.ts';
import type { Config } from '../../config/load-config.ts';
import type { TemporalOptions } from '../../config/temporal.ts';
import type { Duration } from '../../domain/duration.ts';
import { parseDuration } from '../../domain/duration.ts';
import { invalid } from '../../domain/errors.ts';
import type { Labels } from '../../domain/labels.ts';
import { checkLabels } from '../../domain/labels.ts';
import { LEAST_LEASE_MS } from '../../domain/node.ts';
import { checkName } from '../../domain/check.ts';
import type { JobDefinition } from '../../handlers/define-job.ts';
import { defaultLog } from '../default-log.ts';
import type { ResolvedSpoolOptions, SpoolOptions } from './spool-options.ts';
import { resolveSpoolOptions } from './spool-options.ts';

/**
 * What `startNode` takes. A default is that of the configuration's section `node`, which may have
 * another one than is said here.
 */
export interface NodeOptions extends ConfigOption {
  /** The node's name, unique among the nodes that run at the same time. */
  readonly name: string;
  /** The pool whose jobs it takes. */
  readonly pool: string;
  /**
   * The path of a handler file, or definitions, which can only run inline: functions cannot be
   * sent to a thread.
   */
  readonly jobs: string | readonly JobDefinition[];
  /** Attempts at once. @default the number of CPUs that the process may use */
  readonly slots?: number;
  /**
   * `thread`: each handler in a thread of its own, so that none can block the heartbeats or crash
   * the node. `inline`: in the node's own thread. @default 'thread' for a file, else 'inline'
   */
  readonly isolation?: 'thread' | 'inline';
  /** How long running attempts may go on when the node stops; then they are handed back. @default '10s' */
  readonly shutdownGrace?: Duration;
  /** How long a handler may run on after its signal was aborted. @default '5s' */
  readonly cancelGrace?: Duration;
  /**
   * Silence after which the node counts as lost and its attempts run elsewhere; a node that cannot
   * reach Temporal for so long stops its attempts. From 1s. @default '5s'
   */
  readonly lease?: Duration;
  /** What the node has or is, such as `{ gpu: 'a100' }`: jobs may ask for it. @default {} */
  readonly labels?: Labels;
  /** Where late results wait until they are delivered, and how many. */
  readonly spool?: SpoolOptions;
  /** @default TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, holdfast.yaml, temporal.toml, then 127.0.0.1:7233 and default */
  readonly temporal?: TemporalOptions;
  /** @default JSON lines on standard error */
  readonly log?: Logger;
}

/** {@link NodeOptions}, checked and with every default filled in. */
export interface ResolvedNodeOptions {
  readonly name: string;
  readonly pool: string;
  readonly source:
    | { readonly isolation: 'thread'; readonly file: string }
    | { readonly isolation: 'inline'; readonly jobs: string | readonly JobDefinition[] };
  readonly slots: number;
  readonly shutdownGraceMs: number;
  readonly cancelGraceMs: number;
  readonly leaseMs: number;
  readonly labels: Labels;
  readonly spool: ResolvedSpoolOptions;
  readonly log: Logger;
}

/**
 * The options with every default filled in.
 *
 * @throws HoldfastError `invalid_input` naming the first option that is wrong
 */
export function resolveNodeOptions(
  options: NodeOptions,
  { node }: Pick<Config, 'node'>,
): ResolvedNodeOptions {
  const { shutdownGrace, cancelGrace, slots = node.slots, labels = node.labels } = options;
  return {
    name: checkName(options.name, 'name'),
    pool: checkName(options.pool, 'pool'),
    source: sourceOf(options, node.isolation),
    slots: checkSlots(slots ?? availableParallelism()),
    shutdownGraceMs: parseDuration(shutdownGrace ?? node.shutdownGraceMs, 'shutdownGrace'),
    cancelGraceMs: parseDuration(cancelGrace ?? node.cancelGraceMs, 'cancelGrace'),
    leaseMs: options.lease === undefined ? node.leaseMs : leaseMsOf(options.lease),
    labels: checkLabels(labels, 'labels'),
    spool: resolveSpoolOptions(options.spool, node),
    log: options.log ?? defaultLog(),
  };
}

function sourceOf(
  { jobs, isolation }: NodeOptions,
  configured: Config['node']['isolation'],
): ResolvedNodeOptions['source'] {
  if (typeof jobs !== 'string' && !Array.isArray(jobs)) {
    throw invalid('jobs', 'the path of a handler file, or an array of definitions', jobs);
  }
  // Definitions can only run inline, whatever the configuration says of files.
  const chosen = isolation ?? (typeof jobs === 'string' ? (configured ?? 'thread') : 'inline');
  if (chosen === 'inline') return { isolation: 'inline', jobs };
  if (chosen !== 'thread') throw invalid('isolation', '"thread" or "inline"', chosen);
  if (typeof jobs === 'string') return { isolation: 'thread', file: jobs };
  const hint = 'put the definitions in a file and give its path';
  throw invalid('isolation', '"inline" for definitions', chosen, hint);
}

function leaseMsOf(lease: Duration): number {
  const leaseMs = parseDuration(lease, 'lease');
  if (leaseMs >= LEAST_LEASE_MS) return leaseMs;
  throw invalid('lease', `a duration from ${LEAST_LEASE_MS / 1000}s`, lease);
}

function checkSlots(slots: unknown): number {
  if (typeof slots === 'number' && Number.isSafeInteger(slots) && slots >= 1) return slots;
  throw invalid('slots', 'a whole number from 1', slots);
}
