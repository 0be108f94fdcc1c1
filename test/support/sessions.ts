import { randomUUID } from 'node:crypto';
import type { HoldfastClient, JobHandle, SessionItem, SubmitOptions } from 'holdfast';
import type { Fleet } from './fleet.ts';

/** What tests do with sessions of their own on a fleet. */
export class Sessions {
  readonly fleet: Fleet;

  constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  /** A session's id, and the id of its job at an index. */
  own(): { id: string; job: (index: number) => string } {
    const id = `s-${randomUUID().slice(0, 8)}`;
    return { id, job: (index) => `${id}-${index}` };
  }

  submit(
    session: string,
    index: number,
    kind: string,
    input: unknown,
    options: SubmitOptions = {},
  ): Promise<JobHandle<unknown>> {
    return this.fleet.client.jobs.submit(kind, input, {
      id: `${session}-${index}`,
      pool: this.fleet.pool,
      heartbeat: '2s',
      session: { id: session, index },
      ...options,
    });
  }

  echo(session: string, index: number, options?: SubmitOptions) {
    return this.submit(session, index, 'echo', index, options);
  }

  /** A job that ends when the gate `<session>-<index>` is open. */
  hold(session: string, index: number, options?: SubmitOptions) {
    return this.submit(session, index, 'hold', this.fleet.hold(`${session}-${index}`), options);
  }

  open(session: string, index: number): Promise<void> {
    return this.fleet.open(`${session}-${index}`);
  }

  async running(job: JobHandle<unknown>): Promise<void> {
    await this.fleet.logged('attempt.started', { job: job.id });
  }
}

/** A reader that follows a session in the background. */
export interface SessionReader {
  /** What it has read so far. */
  readonly seen: readonly SessionItem[];
  /** Settles at the session's end, or with what ended the reading before. */
  readonly ended: Promise<void>;
}

/** Follows a session after an index. */
export function followSession(
  client: HoldfastClient,
  id: string,
  after = -1,
  signal?: AbortSignal,
): SessionReader {
  const seen: SessionItem[] = [];
  const read = async (): Promise<void> => {
    const options = { after, ...(signal === undefined ? {} : { signal }) };
    for await (const item of client.sessions.results(id, options)) seen.push(item);
  };
  const ended = read();
  // Whoever awaits it hears of it.
  ended.catch(() => undefined);
  return { seen, ended };
}

/** What a session has released. */
export async function releasedOf(
  client: HoldfastClient,
  id: string,
  after = -1,
): Promise<SessionItem[]> {
  const items: SessionItem[] = [];
  for await (const item of client.sessions.results(id, { after, follow: false })) items.push(item);
  return items;
}

/** Items as `index state`, for comparisons. */
export function statesOf(items: readonly SessionItem[]): string[] {
  return items.map(({ index, state }) => `${index} ${state}`);
}
