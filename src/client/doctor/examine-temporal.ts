import type { Connection } from '@temporalio/client';
import { Client } from '@temporalio/client';
import type { Config } from '../../config/load-config.ts';
import type { TemporalConfig, TemporalOptions } from '../../config/temporal.ts';
import { temporalConfig } from '../../config/temporal.ts';
import type { Finding } from '../../domain/doctor/finding.ts';
import { failed } from '../../domain/doctor/finding.ts';
import type { NamespaceFacts } from '../../domain/doctor/temporal-findings.ts';
import { namespaceFindings, temporalFindings } from '../../domain/doctor/temporal-findings.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { temporalError } from '../../domain/temporal-error.ts';
import { openConnection } from '../open-connection.ts';
import type { ExaminedTemporal } from './examined.ts';

/** What came of it: the namespace if it answers, and what there is to say of it either way. */
export interface TemporalExamination {
  readonly temporal: ExaminedTemporal | undefined;
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

const PATIENCE_MS = 5_000;
// temporal.api.enums.v1.IndexedValueType
const KEYWORD = 2;

/** Connects to Temporal and asks it about itself and the namespace. It never rejects. */
export async function examineTemporal(
  configured: Config['temporal'],
  options: TemporalOptions | undefined,
): Promise<TemporalExamination> {
  let connection: Connection | undefined;
  const close = async () => connection?.close();
  const findings: Finding[] = [];
  let check: Finding['check'] = 'temporal.reachable';
  let config: TemporalConfig | undefined;
  try {
    config = temporalConfig(configured, options);
    const { connectionOptions, namespace, encryption } = config;
    connection = await openConnection(config);
    const { address } = connectionOptions;
    const before = performance.now();
    const { serverVersion } = await patiently(connection, ({ workflowService }) =>
      workflowService.getSystemInfo({}),
    );
    const answerMs = performance.now() - before;
    findings.push(...temporalFindings({ address, serverVersion, answerMs }));
    check = 'temporal.namespace';
    const { facts, ...described } = await describeNamespace(connection, namespace);
    findings.push(...namespaceFindings(facts));
    const { dataConverter } = encryption;
    const client = new Client({ connection, namespace, dataConverter });
    return { temporal: { client, place: { address, namespace }, ...described }, findings, close };
  } catch (error) {
    findings.push(failed(check, errorOf(error, config)));
    return { temporal: undefined, findings, close };
  }
}

function errorOf(error: unknown, config: TemporalConfig | undefined): HoldfastError {
  if (error instanceof HoldfastError || config === undefined) return error as HoldfastError;
  const { connectionOptions, namespace } = config;
  return temporalError(error, { address: connectionOptions.address, namespace });
}

async function describeNamespace(connection: Connection, namespace: string) {
  const [{ namespaceInfo, config }, attributes] = await Promise.all([
    patiently(connection, ({ workflowService }) =>
      workflowService.describeNamespace({ namespace }),
    ),
    searchAttributes(connection, namespace),
  ]);
  const ttl = config?.workflowExecutionRetentionTtl?.seconds;
  const retentionMs = ttl == null ? undefined : Number(ttl) * 1000;
  const facts: NamespaceFacts = { namespace, retentionMs, attributes };
  return {
    facts,
    namespaceId: namespaceInfo?.id ?? '',
    capabilities: namespaceInfo?.capabilities ?? {},
  };
}

/** Undefined when they may not be seen, as with an API key of Temporal Cloud. */
async function searchAttributes(
  connection: Connection,
  namespace: string,
): Promise<NamespaceFacts['attributes']> {
  try {
    const { customAttributes } = await patiently(connection, ({ operatorService }) =>
      operatorService.listSearchAttributes({ namespace }),
    );
    const entries = Object.entries(customAttributes);
    const named = (isWanted: (type: number) => boolean) =>
      entries.filter(([, type]) => isWanted(type)).map(([name]) => name);
    return {
      keywords: named((type) => type === KEYWORD),
      others: named((type) => type !== KEYWORD),
    };
  } catch {
    return undefined;
  }
}

function patiently<Result>(
  connection: Connection,
  call: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return connection.withDeadline(Date.now() + PATIENCE_MS, () => call(connection));
}
