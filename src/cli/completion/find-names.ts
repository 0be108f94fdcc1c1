import type { HoldfastClient } from '../../client/connect.ts';
import { within } from '../../client/within.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import type { Terminal } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import type { Candidate, NameGroup } from './complete-words.ts';

/** Whoever presses Tab does not wait longer. */
const PATIENCE_MS = 3_000;
const NEWEST = 100;

/** The names of what there is, as candidates; none when the servers do not answer at once. */
export async function findNames(group: NameGroup, terminal: Terminal): Promise<Candidate[]> {
  const flags: ConnectionFlags = {};
  const found = withClient(flags, terminal, (client) => namesOf(group, client));
  return within(PATIENCE_MS, found).catch(() => []);
}

async function namesOf(group: NameGroup, client: HoldfastClient): Promise<Candidate[]> {
  switch (group) {
    case 'jobs': {
      const { jobs } = await client.jobs.list({ limit: NEWEST });
      return jobs.map(({ id, kind, state }) => ({ value: id, description: `${kind}, ${state}` }));
    }
    case 'nodes': {
      const nodes = await client.nodes.list();
      return nodes.map(({ name, pool, state }) => ({
        value: name,
        description: `${state}, pool ${pool}`,
      }));
    }
    case 'sessions': {
      const { sessions } = await client.sessions.list({ limit: NEWEST });
      return sessions.map(({ id, endedAt }) => ({
        value: id,
        description: endedAt === undefined ? 'open' : 'ended',
      }));
    }
    case 'schedules': {
      const schedules = await client.schedules.list();
      return schedules.map(({ name, paused }) => ({
        value: name,
        description: paused === undefined ? 'active' : 'paused',
      }));
    }
  }
}
