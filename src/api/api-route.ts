import type { z } from '@hono/zod-openapi';
import type { AccessClient } from '../client/access.ts';
import type { HoldfastClient } from '../client/connect.ts';
import type { ScheduleSource } from '../client/schedules/apply-schedules.ts';
import type { Role } from '../domain/access.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { ServerEvent } from './event-stream.ts';

/** Who calls. */
export interface Caller {
  /** For the audit and for orders to nodes. */
  readonly who: string;
  readonly role: Role;
}

/** What a route answers. */
export type Answer =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      readonly audit?: AuditFacts;
    }
  /** Server-sent events until they end, or until the reader goes away. */
  | { readonly events: (signal: AbortSignal) => AsyncIterable<ServerEvent> };

/** What the audit says of a call, beside the operation. */
export interface AuditFacts {
  /** @default the first parameter of the path */
  readonly target?: string;
  /** The ids or names, where it was about many; the first ones go on record, in the details. */
  readonly targets?: readonly string[];
  /** What came of it. @default 'done' */
  readonly outcome?: ErrorCode;
  /** Facts; never an input or a result. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A checked call of a route. */
interface ApiCall<Params, Query, Headers, Body> {
  readonly client: HoldfastClient;
  readonly access: AccessClient;
  /** The schedules of the configured file, as it is now. */
  readonly configuredSchedules: () => Promise<readonly ScheduleSource[]>;
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly headers: Headers;
  readonly body: Body;
  /** Aborted when the caller goes away or the server stops. */
  readonly signal: AbortSignal;
}

/** One status that a route answers, other than errors. */
interface DocumentedAnswer {
  readonly description: string;
  readonly schema: z.ZodType;
  /** @default 'application/json' */
  readonly type?: 'text/event-stream';
  /** Headers that come with it, by name. */
  readonly headers?: z.ZodObject;
}

/** One route of the API: what the document says of it, and what it does. */
export interface RouteSpec<Params, Query, Headers, Body> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  readonly headers?: z.ZodType<Headers>;
  /** JSON. An empty body counts as `{}` where the schema takes that. */
  readonly body?: z.ZodType<Body>;
  /** @default the API's limit */
  readonly bodyLimit?: number;
  /** It is no GET, and changes nothing all the same: it is not audited. */
  readonly changesNothing?: true;
  readonly answers: Readonly<Record<number, DocumentedAnswer>>;
  /** What it fails with beside what every route may; their statuses are in the document. */
  readonly errors?: readonly ErrorCode[];
  handle(call: ApiCall<Params, Query, Headers, Body>): Promise<Answer>;
}

/** A route of which the types of its parts are no matter any more. */
export type ApiRoute = RouteSpec<unknown, unknown, unknown, never>;

/** A route. */
export function route<Params, Query, Headers, Body>(
  spec: RouteSpec<Params, Query, Headers, Body>,
): ApiRoute {
  // Each part is parsed by its own schema before the route is called.
  return spec as unknown as ApiRoute;
}
