import { HoldfastError, invalid } from '../domain/errors.ts';
import type { JobRequest, SessionSlot } from '../domain/job.ts';
import { resolveJobSpec } from '../domain/job-spec.ts';
import type { Json } from '../domain/json.ts';
import type { KindOption } from '../domain/kind-override.ts';
import { KIND_OPTION_NAMES } from '../domain/kind-override.ts';
import { PAYLOAD_LIMIT_BYTES } from '../domain/json.ts';
import { checkInput } from '../handlers/check-input.ts';
import type { AttemptOptions } from '../handlers/attempt-options.ts';
import { attemptRequest } from '../handlers/attempt-options.ts';
import type { JobDefinition } from '../handlers/define-job.ts';
import { computeLimits } from '../handlers/compute-limits.ts';
import type { LimitOptions } from '../handlers/limit-options.ts';
import { submittedLimits } from '../handlers/limit-options.ts';
import type { PlacementOptions } from '../handlers/placement-options.ts';
import { placementRequest } from '../handlers/placement-options.ts';
import type { RecordOptions } from '../handlers/record-options.ts';
import { recordRequest } from '../handlers/record-options.ts';
import type { Dedupe } from './dedupe.ts';
import { checkDedupe } from './dedupe.ts';
import type { PinOptions } from './pin-options.ts';
import { pinRequest } from './pin-options.ts';

/** {@link LimitOptions} whose values are given, and not computed. */
type FixedLimits = { readonly [Name in keyof LimitOptions]: Fixed<LimitOptions[Name]> };

type Fixed<Option> = Option extends (...args: never[]) => unknown
  ? never
  : Option extends { readonly key?: unknown }
    ? Omit<Option, 'key'> & { readonly key?: string }
    : Option;

/** Options of a submit; those that a definition has, too, override the definition's. */
export interface SubmitOptions
  extends AttemptOptions, PlacementOptions, RecordOptions, FixedLimits {
  /**
   * The job's id: a second submit of it is answered by the first one's job, unless `dedupe` or
   * `horizon` says otherwise. @default a random UUID
   */
  readonly id?: string;
  /** The job's place in an ordered stream of results. */
  readonly session?: SessionSlot;
  /**
   * What becomes of the submit when a job has its id, open or closed and within its `horizon`, or when
   * a job of another id holds its place in the session. `attach`: it answers with that job. `reject`:
   * it throws `job_exists` or `session_slot_taken`, with that job's id and state. `replace`: that job
   * is cancelled if it is open, and when it has ended, this one starts, with that id as its next
   * generation; a place goes over only as long as it is not released.
   * @default 'attach' for the id, 'reject' for the place
   */
  readonly dedupe?: Dedupe;
  /** @default the definition's pool */
  readonly pool?: string;
  /** The node that it is to run on. @default none */
  readonly pin?: PinOptions;
}

/**
 * What goes to the workflow for a submit, checked in full.
 *
 * @throws HoldfastError `invalid_input` or `payload_too_large`
 */
export async function jobRequest(
  id: string,
  kind: JobDefinition | string,
  input: unknown,
  options: SubmitOptions,
): Promise<JobRequest> {
  const definition = typeof kind === 'string' ? undefined : kind;
  const checked: unknown =
    definition && (await checkInput(definition.kind, definition.input, input, definition.secret));
  const base = definition?.request ?? { kind: kind as string, pool: options.pool ?? '' };
  const placement = placementRequest(options, 'submit');
  const limits = submittedLimits(options, 'submit');
  const request: JobRequest = {
    ...without(base, overridden(options)),
    ...attemptRequest(options, 'submit'),
    ...placement,
    ...recordRequest(options, 'submit'),
    ...(definition === undefined ? {} : computeLimits(definition, checked, limits)),
    ...limits,
    ...pinRequest(options.pin, placement.placement ?? definition?.request.placement, 'submit.pin'),
    ...(options.pool === undefined ? {} : { pool: options.pool }),
    ...(options.session === undefined ? {} : { session: options.session }),
    input: checkPayload(base.kind, input),
  };
  checkDedupe(options.dedupe, 'submit.dedupe');
  resolveJobSpec(id, 1, request);
  return request;
}

/** The options of its kind that a submit has given itself. */
export function givenOptions(options: SubmitOptions): KindOption[] {
  return KIND_OPTION_NAMES.filter((name) => options[name] !== undefined);
}

/** Fields of the definition that the submit's own option takes the place of, also by leaving them out. */
function overridden({ heartbeat, horizon }: SubmitOptions): string[] {
  return [
    ...(heartbeat === undefined ? [] : ['heartbeatMs', 'liveness']),
    ...(horizon === undefined ? [] : ['horizonMs']),
  ];
}

function without(
  base: JobDefinition['request'],
  fields: readonly string[],
): JobDefinition['request'] {
  const others = Object.entries(base).filter(([name]) => !fields.includes(name));
  return Object.fromEntries(others) as unknown as JobDefinition['request'];
}

/**
 * The input as JSON, within the payload limit.
 *
 * @throws HoldfastError `invalid_input` or `payload_too_large`
 */
export function checkPayload(kind: string, input: unknown): Json {
  if (input === undefined) return null;
  let text: string | undefined;
  try {
    text = JSON.stringify(input);
  } catch (error) {
    throw invalid(`input of ${kind}`, 'what JSON can carry', (error as Error).message);
  }
  if (text === undefined) throw invalid(`input of ${kind}`, 'what JSON can carry', typeof input);
  const bytes = Buffer.byteLength(text);
  if (bytes <= PAYLOAD_LIMIT_BYTES) return input as Json;
  throw new HoldfastError(
    'payload_too_large',
    `input of ${kind}: expected at most ${PAYLOAD_LIMIT_BYTES} bytes of JSON, got ${bytes}`,
    {
      hint: 'store the data elsewhere and submit where it is',
      details: { bytes, limitBytes: PAYLOAD_LIMIT_BYTES },
    },
  );
}
