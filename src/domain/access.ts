/** What a caller of the REST API may do; each role may all that those before it may. */
export type Role = (typeof ROLES)[number];

/** Every {@link Role}, the least first. */
export const ROLES = ['read', 'submit', 'operate', 'admin'] as const;

/** Whether a caller of a role may do what needs another. */
export function allows(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** A token of the REST API, as it is on record: nobody can tell the token from it. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  /** Undefined: it does not expire. */
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  /** To the minute; undefined when it was never used. */
  readonly lastUsedAt: Date | undefined;
}

/** A changing call, before it is made. */
export interface AuditStart {
  readonly who: string;
  /** Undefined for a person at the command line. */
  readonly role: Role | undefined;
  /** The operation, such as `POST /v1/jobs/{id}/cancel`. */
  readonly what: string;
  /** The id or name of what it is about. */
  readonly target: string | undefined;
}

/** Ids or names of one changing call that go on record: a bulk submit has up to 10,000. */
export const MOST_TARGETS = 1_000;

/** What came of a changing call. */
export interface AuditEnd {
  /** `done`, or the code of the error. */
  readonly outcome: string;
  /** Known only when the call is made, such as a new job's id. */
  readonly target?: string | undefined;
  /** Facts; never an input, a result or a token. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A changing call on record. */
export interface AuditEntry extends AuditStart {
  readonly id: number;
  readonly at: Date;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** `started`: what came of it is not known, or it is still under way. */
  readonly outcome: string;
}

/** Whether there is a token: one that may be used, only expired and revoked ones, or none was ever made. */
export type AnyTokens = 'usable' | 'past' | 'never';
