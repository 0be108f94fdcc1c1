import type { HoldfastClient, SessionItem } from 'holdfast';

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
