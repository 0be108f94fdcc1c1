import type { JobRequest } from '../domain/job.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { KindOption } from '../domain/kind-override.ts';
import { overrideKind } from '../domain/kind-override.ts';
import type { Connections } from './connections.ts';
import type { Dedupe, Holder, IdHolder } from './dedupe.ts';
import { answerTo, jobExists } from './dedupe.ts';
import { endJob } from './end-job.ts';
import { findHolder } from './find-holder.ts';
import { inTime } from './in-time.ts';
import { yieldOwnSlot } from './own-slot.ts';
import type { StartHow } from './start-generation.ts';
import { startGeneration } from './start-generation.ts';

/** What came of a start. */
export interface StartedJob {
  /** The generation that was started, or that the start is answered with. */
  readonly generation: number;
  /**
   * False: the id was there. True for an id, too, that Temporal has forgotten and the ledger has not,
   * when neither `dedupe` nor a horizon made the start ask: that job ends with its stored outcome.
   */
  readonly isNew: boolean;
  /** The job that had the id. */
  readonly holder?: Holder;
}

/** How a job is started. */
export interface StartOptions extends StartHow {
  /** What to do when the id is there. @default attach */
  readonly dedupe?: Dedupe | undefined;
  /**
   * The options that who submits it has given: what the configuration says of its kind, goes for the
   * others. Left out: the request is taken as it is.
   */
  readonly given?: readonly KindOption[] | undefined;
}

/** Each look but the first follows a start of somebody else, or an end that was waited for. */
const MOST_LOOKS = 200;

/**
 * Starts a job, or answers with the one that has its id: the one way to do so, for submits and whatever
 * else starts jobs. A start without `dedupe` and horizon asks nobody before, and costs one call when the
 * id is new.
 *
 * @throws HoldfastError `job_exists`, `session_slot_taken`, `temporal_unavailable`, or, where it has to
 *   be asked, `ledger_unavailable`
 */
export async function startJob(
  connections: Connections,
  id: string,
  asked: JobRequest,
  { dedupe, given, submission, startDelayMs }: StartOptions = {},
): Promise<StartedJob> {
  const { ledger, kinds } = connections;
  const request = given === undefined ? asked : overrideKind(asked, kinds, given);
  const start: Start = { id, request, dedupe, submission, startDelayMs };
  // Temporal may have forgotten the id, where the answer depends on what was there.
  const mustAsk = dedupe !== undefined || request.horizonMs !== undefined;
  const onRecord = mustAsk ? await ledger.findNewest(id) : undefined;
  const first = onRecord === undefined ? await startFirst(connections, start) : undefined;
  if (first !== undefined) return first;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const asked = ledger.findNewest(id);
    const holder = await findHolder(connections, id, await (mustAsk ? asked : inTime(asked)));
    const started = await startAfter(connections, start, holder);
    if (started !== undefined) return started;
  }
  throw new HoldfastError('job_exists', `others went on starting job ${id}`, {
    hint: 'submit it again when they have stopped',
    details: { holder: id, state: 'open' },
  });
}

/** A job that is to be started. */
interface Start extends Omit<StartOptions, 'given'> {
  readonly id: string;
  readonly request: JobRequest;
}

async function startFirst(
  connections: Connections,
  { id, request, ...how }: Start,
): Promise<StartedJob | undefined> {
  const isNew = await startGeneration(connections, id, 1, request, how);
  return isNew ? { generation: 1, isNew } : undefined;
}

/** Does about the newest generation what is to be done; undefined: it is to be looked at again. */
async function startAfter(
  connections: Connections,
  start: Start,
  holder: IdHolder | undefined,
): Promise<StartedJob | undefined> {
  if (holder === undefined) return startFirst(connections, start);
  const { request, dedupe = 'attach' } = start;
  const { generation } = holder;
  switch (answerTo(holder, dedupe)) {
    case 'attach':
      return { generation, isNew: false, holder: withoutHorizon(holder) };
    case 'reject':
      throw jobExists(holder, `attach to it, or give dedupe: 'replace' or another id`);
    case 'end_it':
      await yieldOwnSlot(connections.ledger, holder, request);
      await endJob(connections, holder);
      return undefined;
    case 'start_next':
      return startNext(connections, holder, request, start);
  }
}

/**
 * Starts the generation after a closed one; undefined when somebody else was first.
 *
 * @throws HoldfastError `session_slot_taken` when the session has released what the old one left there
 */
export async function startNext(
  connections: Connections,
  holder: Holder,
  request: JobRequest,
  how: StartHow = {},
): Promise<StartedJob | undefined> {
  await yieldOwnSlot(connections.ledger, holder, request);
  const generation = holder.generation + 1;
  const isNew = await startGeneration(connections, holder.id, generation, request, how);
  return isNew ? { generation, isNew, holder: withoutHorizon(holder) } : undefined;
}

function withoutHorizon({ id, state, generation }: Holder): Holder {
  return { id, state, generation };
}
