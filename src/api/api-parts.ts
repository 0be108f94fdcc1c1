import type { Logger } from 'pino';
import type { AccessClient } from '../client/access.ts';
import type { HoldfastClient } from '../client/connect.ts';
import type { ScheduleSource } from '../client/schedules/apply-schedules.ts';
import type { Answer, ApiRoute, Caller } from './api-route.ts';
import type { Gate } from './gate.ts';

/** What the routes of one API share. */
export interface ApiParts {
  readonly client: HoldfastClient;
  readonly access: AccessClient;
  /** The schedules of the configured file, as it is now. */
  readonly configuredSchedules: () => Promise<readonly ScheduleSource[]>;
  readonly log: Logger;
  /** Aborted when the server stops: streams end. */
  readonly closing: AbortSignal;
  readonly gate: Gate;
  /** Opens a stream of a caller, and answers what closes it. @throws HoldfastError `rate_limited` */
  readonly openStream: (who: string) => () => void;
  /** Makes a call; one that changes something is on record before. */
  audit(
    route: ApiRoute,
    caller: Caller,
    target: string | undefined,
    work: () => Promise<Answer>,
  ): Promise<Answer>;
}
