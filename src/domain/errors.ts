/**
 * The error table: every code that Holdfast reports, with its meaning to a program.
 *
 * `retryable`: the same call may succeed later. `httpStatus`: what the REST API answers.
 * `exitCode`: what the command line ends with. Codes are never renamed or used again.
 * `npm run docs` writes `docs/reference/errors.md` from this table.
 */
export const ERRORS = {
  internal: row('a defect in Holdfast itself', false, 500, 1),
  usage: row('the command line was not understood', false, 400, 2),
  invalid_input: row('input or options that a schema or rule refuses', false, 400, 3),
  payload_too_large: row('a job input over the payload limit', false, 413, 3),
  unknown_kind: row('a kind that no given definition has', false, 404, 3),
  handler_file_failed: row('a handler file that does not load or defines no job', false, 400, 3),
  job_not_found: row('no job has this id', false, 404, 4),
  node_not_found: row('no node of this name is registered', false, 404, 4),
  job_running: row('the job runs on a node now', false, 409, 5),
  job_closed: row('the job has ended already', false, 409, 5),
  job_exists: row('another job has this id', false, 409, 5),
  session_slot_taken: row('another job holds this index of the session', false, 409, 5),
  session_not_found: row('no session has this id', false, 404, 4),
  session_exists: row('the session exists with other options', false, 409, 5),
  session_ended: row('the session ends before this index', false, 409, 5),
  schedule_not_found: row('no schedule has this name', false, 404, 4),
  schedule_exists: row('another schedule has this name', false, 409, 5),
  schedule_changed: row('the schedule was changed since it was read', false, 412, 5),
  schedule_conflict: row('files and edits on record have changed the same fields', false, 409, 5),
  plan_not_found: row('the schedule has no such plan', false, 404, 4),
  job_failed: row('the handler failed and its retries are used up', false, 422, 6),
  failover_exhausted: row('the job was lost or timed out on too many nodes', false, 422, 6),
  crash_budget: row('the handler killed its own thread too often', false, 422, 6),
  node_offline: row('the node that the job is pinned to takes no work', false, 422, 6),
  pending_timeout: row('no node took the job in time', false, 422, 6),
  each_failed: row('the handler failed on one of the nodes that it was to run on', false, 422, 6),
  result_too_large: row('a result over the payload limit', false, 422, 6),
  result_pruned: row('the job has ended and what it returned was cleaned up', false, 410, 6),
  result_not_serialisable: row('a result that JSON cannot carry', false, 422, 6),
  job_cancelled: row('the job was cancelled', false, 409, 7),
  job_lost: row('the workflow of the job was lost, and the job started again', false, 409, 7),
  deadline_exceeded: row('the job had not ended by its deadline', false, 422, 6),
  resource_in_use: row('jobs hold the resource or wait for it', false, 409, 5),
  unauthorized: row('no token, or one that is unknown, expired or revoked', false, 401, 3),
  forbidden: row('the token is of a role that may not do this', false, 403, 3),
  route_not_found: row('the API has no such path', false, 404, 4),
  method_not_allowed: row('the path of the API does not take this method', false, 405, 3),
  request_too_large: row('the body of a request is over the limit of the API', false, 413, 3),
  unsupported_media_type: row('the body of a request is not said to be JSON', false, 415, 3),
  rate_limited: row('too many requests, or too many open streams', true, 429, 8),
  token_exists: row('another token that is not revoked has this name', false, 409, 5),
  token_not_found: row('no token that is not revoked has this name or id', false, 404, 4),
  resource_not_found: row('no resource has this name', false, 404, 4),
  job_terminated: row('the workflow of the job was ended by force', false, 409, 7),
  result_timeout: row('the job was still open when the wait for its result ended', true, 504, 8),
  interrupted: row('the API stopped, or its caller went away, before all was done', true, 503, 8),
  temporal_unavailable: row('the Temporal server does not answer or refuses us', true, 503, 9),
  ledger_unavailable: row('PostgreSQL does not answer or refuses us', true, 503, 10),
  ledger_of_other_namespace: row(
    'the jobs of the ledger are those of another namespace of Temporal',
    false,
    409,
    5,
  ),
  ledger_schema_newer: row('the ledger was migrated by a newer Holdfast', false, 503, 11),
  encryption_key_missing: row(
    'a payload is encrypted by a key that this process does not have',
    false,
    503,
    18,
  ),
  payload_not_decryptable: row('a payload that the key it names does not open', false, 422, 18),
  identity_provider_unavailable: row(
    'the OpenID Connect provider does not tell the keys of its tokens',
    true,
    503,
    17,
  ),
  node_stuck: row(
    'a handler blocks its thread for good; the node must be started again',
    false,
    500,
    14,
  ),
  node_superseded: row('another process has taken the name of this node', false, 409, 15),
  embedded_failed: row(
    'a part of the embedded servers could not be had or started',
    false,
    503,
    12,
  ),
  problems_found: row('`holdfast doctor` found what keeps jobs from running', false, 503, 16),
  demo_failed: row('the demo did not show what it promises', false, 500, 13),
} as const satisfies Record<string, ErrorRow>;

/** What a code of the error table means to a program. */
export interface ErrorRow {
  readonly meaning: string;
  readonly retryable: boolean;
  readonly httpStatus: number;
  readonly exitCode: number;
}

/** A code of the error table. */
export type ErrorCode = keyof typeof ERRORS;

function row(meaning: string, retryable: boolean, httpStatus: number, exitCode: number): ErrorRow {
  return { meaning, retryable, httpStatus, exitCode };
}

/** True for a string that is a code of the error table. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** Options of a {@link HoldfastError}. */
export interface HoldfastErrorOptions {
  /** What to do about it, one sentence. */
  readonly hint?: string;
  /** Facts for programs, such as `{ limitBytes: 2000000 }`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Thrown by every public function of Holdfast for what it foresees; `code` is a key of
 * {@link ERRORS}. The message names the place, what was expected and what came; `hint` says what to do.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: HoldfastErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** True when the same call may succeed later. */
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
}

/** The error for one bad field: names the place, what was expected, what came, and a hint. */
export function invalid(
  path: string,
  expected: string,
  got: unknown,
  hint?: string,
): HoldfastError {
  return new HoldfastError(
    'invalid_input',
    `${path}: expected ${expected}, got ${show(got)}`,
    hint === undefined ? { details: { path } } : { hint, details: { path } },
  );
}

/** A value as a short piece of a message. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  // JSON has no NaN and no infinity: it would show them as null.
  if (typeof value === 'number') return String(value);
  const text = toJson(value) ?? `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
  // Half a surrogate pair at the cut is not kept.
  return text.length > 80 ? `${text.slice(0, 77).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The code of anything that was thrown. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof HoldfastError ? error.code : 'internal';
}
