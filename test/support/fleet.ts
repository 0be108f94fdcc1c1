import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HoldfastClient } from 'holdfast';
import { connect } from 'holdfast';
import { ensureNamespace } from '../../dist/dev/ensure-namespace.js';
import type { LogLine } from '../../dist/dev/holdfast-process.js';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from './eventually.ts';

/** The kinds that the tests' nodes run. */
const HANDLERS = fileURLToPath(new URL('./handlers.mjs', import.meta.url));

/** Where a fleet's servers are. */
export interface Servers {
  readonly temporalAddress: string;
  /** Where namespaces are made, without TLS. @default temporalAddress */
  readonly setUpAt?: string;
  /** A ledger belongs to one namespace, so by default a fleet has one of its own. */
  readonly databaseUrl?: string;
}

/** A ledger, and what ends it when it was started for this fleet. */
interface FleetLedger {
  readonly url: string;
  drop(): Promise<void>;
}

/** A way to the Temporal server of a node's own, such as a link that can be cut. */
export interface NodeLink {
  readonly address: string;
  /** What the node's command runs under. */
  readonly wrapper: readonly string[];
}

/** A line of a process's log, with the name of the process. */
export type FleetLine = LogLine & { readonly from: string };

/** Real processes in a namespace of their own. */
export class Fleet {
  readonly namespace: string;
  readonly pool: string;
  readonly client: HoldfastClient;
  /** All that the processes logged, in the order of its arrival. */
  readonly lines: readonly FleetLine[];
  /** A folder for the handlers' marks and gates. */
  readonly folder: string;
  /** The ledger's address. */
  readonly databaseUrl: string;
  readonly #temporalAddress: string;
  readonly #ledger: FleetLedger;
  readonly #orchestrators: HoldfastProcess[] = [];
  readonly #nodes: HoldfastProcess[] = [];

  private constructor(
    temporalAddress: string,
    ledger: FleetLedger,
    fields: Pick<Fleet, 'namespace' | 'client' | 'lines' | 'folder'>,
    orchestrator: HoldfastProcess,
  ) {
    this.#temporalAddress = temporalAddress;
    this.#ledger = ledger;
    this.databaseUrl = ledger.url;
    this.namespace = fields.namespace;
    this.pool = 'test';
    this.client = fields.client;
    this.lines = fields.lines;
    this.folder = fields.folder;
    this.#orchestrators.push(orchestrator);
  }

  /** A fleet with one orchestrator, started with these flags, and no node. */
  static async start(
    { temporalAddress, setUpAt = temporalAddress, databaseUrl }: Servers,
    flags: readonly string[] = [],
  ): Promise<Fleet> {
    const namespace = `test-${randomUUID().slice(0, 8)}`;
    await ensureNamespace(setUpAt, namespace);
    const ledger = await ledgerOf(databaseUrl);
    const place = { temporalAddress, namespace, databaseUrl: ledger.url };
    const lines: FleetLine[] = [];
    const args = ['orchestrator', ...flags];
    const orchestrator = startProcess(place, 'orchestrator', args, lines);
    await started(orchestrator, 'orchestrator', lines);
    const client = await connect({
      temporal: { address: temporalAddress, namespace },
      databaseUrl: ledger.url,
    });
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-fleet-'));
    const fields = { namespace, client, lines, folder };
    return new Fleet(temporalAddress, ledger, fields, orchestrator);
  }

  /** The orchestrator that {@link Fleet.start} started. */
  get orchestrator(): HoldfastProcess {
    return this.#orchestrators[0]!;
  }

  async startOrchestrator(flags: readonly string[] = []): Promise<HoldfastProcess> {
    const name = `orchestrator-${this.#orchestrators.length}`;
    return this.#startProcess(name, ['orchestrator', ...flags], this.#orchestrators);
  }

  async startNode(
    name: string,
    flags: readonly string[] = [],
    link?: NodeLink,
  ): Promise<HoldfastProcess> {
    const args = ['node', '--pool', this.pool, '--name', name, '--jobs', HANDLERS, ...flags];
    return this.#startProcess(name, args, this.#nodes, link);
  }

  /** Waits until the fleet has logged a line. */
  logged(msg: string, fields: Readonly<Record<string, unknown>> = {}): Promise<FleetLine> {
    return eventually(() => this.find(msg, fields)[0]);
  }

  /** The lines with a message and fields. */
  find(msg: string, fields: Readonly<Record<string, unknown>> = {}): FleetLine[] {
    return this.lines.filter(
      (line) =>
        line.msg === msg && Object.entries(fields).every(([name, value]) => line[name] === value),
    );
  }

  /** Opens a gate that handlers of kind `hold` wait at. */
  async open(gate: string): Promise<void> {
    await writeFile(join(this.folder, gate), '');
  }

  /** The marks that handlers left. */
  async marks(): Promise<string[]> {
    return (await readdir(this.folder)).sort();
  }

  /** The input of kind `hold`. */
  hold(gate: string): { folder: string; gate: string } {
    return { folder: this.folder, gate };
  }

  /** Stops the nodes that still run. */
  async stopNodes(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map((each) => each.stop()));
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.stopNodes();
    await Promise.all(this.#orchestrators.map((each) => each.stop()));
    await this.#ledger.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #startProcess(
    name: string,
    args: readonly string[],
    group: HoldfastProcess[],
    link?: NodeLink,
  ): Promise<HoldfastProcess> {
    const lines = this.lines as FleetLine[];
    // Another process may have had the name before.
    const before = lines.length;
    const { namespace, databaseUrl } = this;
    const spoolDir = join(this.folder, 'late-results');
    const place = { temporalAddress: this.#temporalAddress, namespace, databaseUrl, spoolDir };
    const process = startProcess(place, name, args, lines, link);
    group.push(process);
    await started(process, name, lines, before);
    return process;
  }
}

/** Where a fleet's processes find what they need. */
interface Place {
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly databaseUrl: string;
  /** Where nodes keep late results. */
  readonly spoolDir?: string;
}

async function ledgerOf(databaseUrl: string | undefined): Promise<FleetLedger> {
  if (databaseUrl !== undefined) return { url: databaseUrl, drop: () => Promise.resolve() };
  // Histories are recorded without Vitest, on servers that are given.
  const { ownDatabase } = await import('./own-database.ts');
  return ownDatabase();
}

function startProcess(
  { temporalAddress, namespace, databaseUrl, spoolDir }: Place,
  from: string,
  args: readonly string[],
  lines: FleetLine[],
  link?: NodeLink,
): HoldfastProcess {
  return HoldfastProcess.start({
    args,
    ...(link === undefined ? {} : { wrapper: link.wrapper }),
    env: {
      TEMPORAL_ADDRESS: link?.address ?? temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      HOLDFAST_SPOOL_DIR: spoolDir,
      // A node has no database credentials.
      DATABASE_URL: args[0] === 'node' ? undefined : databaseUrl,
    },
    onLog: (line) => lines.push({ ...line, from }),
  });
}

async function started(
  process: HoldfastProcess,
  name: string,
  lines: readonly FleetLine[],
  before = 0,
): Promise<void> {
  await eventually(() => {
    if (!process.isRunning) throw new Error(`${name} ended:\n${process.lastLines}`);
    return lines
      .slice(before)
      .some(
        ({ from, msg }) =>
          from === name && (msg === 'node.started' || msg === 'orchestrator.started'),
      );
  });
}
