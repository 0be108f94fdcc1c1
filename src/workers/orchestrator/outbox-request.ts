import type { Dedupe } from '../../client/dedupe.ts';
import { checkDedupe } from '../../client/dedupe.ts';
import { checkPayload } from '../../client/job-request.ts';
import { HoldfastError } from '../../domain/errors.ts';
import { resolveJobSpec } from '../../domain/job-spec.ts';
import type { JobRequest } from '../../domain/job.ts';
import type { Json } from '../../domain/json.ts';
import type { KindOption } from '../../domain/kind-override.ts';
import { optionsIn } from '../../domain/kind-override.ts';
import { PAYLOAD_LIMIT_BYTES } from '../../domain/json.ts';
import { checkInput } from '../../handlers/check-input.ts';
import type { ComputingDefinition } from '../../handlers/compute-limits.ts';
import { computeLimits } from '../../handlers/compute-limits.ts';
import type { JobDefinition } from '../../handlers/define-job.ts';
import type { ClaimedRow } from '../../ledger/outbox-claims.ts';

/** Definitions by their kind: what rows that were enqueued by SQL take their defaults from. */
export type Definitions = ReadonlyMap<
  string,
  Pick<JobDefinition, 'input' | 'request' | 'secret'> & ComputingDefinition
>;

/** What a row of the outbox asks for. */
export interface OutboxRequest {
  readonly request: JobRequest;
  readonly dedupe: Dedupe | undefined;
  /** The options that the row has given itself. */
  readonly given: readonly KindOption[];
}

/**
 * What a row asks for, checked in full. One of our own client was checked there and is taken as it is;
 * one of SQL gets its kind's defaults.
 *
 * @throws HoldfastError `unknown_kind`, `invalid_input` or `payload_too_large`: it can never start
 */
export async function outboxRequest(
  row: ClaimedRow,
  definitions: Definitions,
): Promise<OutboxRequest> {
  const { id, kind, input, options, isComplete } = row;
  const definition = isComplete ? undefined : definitions.get(kind);
  if (definition === undefined && options['pool'] == null) throw unknownKind(row, definitions);
  if (input === undefined) throw tooLarge(row);
  checkPayload(kind, input);
  const { dedupe, given, ...others } = withoutNulls(options);
  const defaults = definition && (await defaultsOf(definition, input, others));
  const request = { ...defaults, ...others, kind, input } as JobRequest;
  const asked = checkDedupe(dedupe, 'options.dedupe');
  resolveJobSpec(id, 1, request);
  return { request, dedupe: asked, given: givenIn(others, isComplete ? given : undefined) };
}

/** One of our own client has the definition's options in it, too, and says which are not. */
function givenIn(options: ClaimedRow['options'], given: unknown): readonly KindOption[] {
  return Array.isArray(given) ? (given as KindOption[]) : optionsIn(options);
}

/** What the kind's definition says, its schema and functions being asked about this input. */
async function defaultsOf(
  definition: DefinitionOf<Definitions>,
  input: Json,
  given: ClaimedRow['options'],
): Promise<Partial<JobRequest>> {
  const checked: unknown = await checkInput(
    definition.kind,
    definition.input,
    input,
    definition.secret,
  );
  return { ...definition.request, ...computeLimits(definition, checked, given) };
}

type DefinitionOf<Map> = Map extends ReadonlyMap<string, infer Definition> ? Definition : never;

/** Programs in other languages send null for what they leave out. */
function withoutNulls(options: ClaimedRow['options']): ClaimedRow['options'] {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
}

function unknownKind({ kind }: ClaimedRow, definitions: Definitions): HoldfastError {
  const known = [...definitions.keys()];
  const where = known.length === 0 ? 'no --jobs file' : `a --jobs file with ${known.join(', ')}`;
  return new HoldfastError(
    'unknown_kind',
    `kind ${JSON.stringify(kind)}: expected a pool in the options or a definition, got no pool, and ${where}`,
    { hint: 'give options.pool, or start every orchestrator with --jobs FILE; then retry the row' },
  );
}

function tooLarge({ kind, inputBytes: bytes }: ClaimedRow): HoldfastError {
  return new HoldfastError(
    'payload_too_large',
    `input of ${kind}: expected at most ${PAYLOAD_LIMIT_BYTES} bytes of JSON, got ${bytes}`,
    { details: { bytes, limitBytes: PAYLOAD_LIMIT_BYTES } },
  );
}
