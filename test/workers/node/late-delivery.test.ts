import { readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { DeliverLate, LateAnswer } from '../../../src/workers/node/deliver-late.ts';
import { LateDelivery } from '../../../src/workers/node/late-delivery.ts';
import { deferred } from '../../activities/node/deferred.ts';
import { eventually } from '../../support/eventually.ts';
import { lateOf, newFolder, spoolIn } from './late-results.ts';

const BY_JOB: LateAnswer = { kind: 'delivered', via: 'job' };
const AWAY = new Error('no answer');
const SHORT = { initialMs: 1, maxMs: 2 };
const LONG = { initialMs: 600_000, maxMs: 600_000 };

const open: LateDelivery[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

interface Setting {
  readonly deliver: DeliverLate;
  readonly retry?: { initialMs: number; maxMs: number };
  readonly maxCount?: number;
}

/** A delivery on a folder, with what it says and counts. */
function deliveryIn(folder: string, { deliver, retry = SHORT, maxCount = 1_000 }: Setting) {
  const lines: Record<string, unknown>[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields });
  const counts: Record<string, number> = {};
  let waiting: number | undefined;
  const delivery = new LateDelivery({
    node: 'n',
    spool: spoolIn(folder, { maxCount }),
    deliver,
    retry,
    stopWithinMs: 20,
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    events: {
      lateResults: (outcome, count) => void (counts[outcome] = (counts[outcome] ?? 0) + count),
      lateResultsWaiting: (count) => void (waiting = count),
    },
  });
  open.push(delivery);
  return {
    delivery,
    lines,
    counts,
    keep: ({ workflowId, late } = lateOf('a')) => delivery.keep(workflowId, late),
    waiting: () => waiting,
    /** Waits for so many lines of a message. */
    said: (message: string, count = 1) =>
      eventually(() => lines.filter((each) => each.message === message).length >= count),
    all: (message: string) => lines.filter((each) => each.message === message),
  };
}

/** Answers as told, one after the other, then well; and says what it was asked. */
function caller(...answers: (LateAnswer | Error)[]) {
  const asked: string[] = [];
  const deliver: DeliverLate = ({ late }) => {
    asked.push(late.job);
    const answer = answers.shift() ?? BY_JOB;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { asked, deliver };
}

describe('a late result', () => {
  test('stays where it is while the disk cannot read it', async () => {
    const folder = await newFolder();
    const { asked, deliver } = caller();
    const { delivery, keep, said, counts } = deliveryIn(folder, { deliver });
    await keep();
    const [name = ''] = await readdir(folder);
    const file = join(folder, name);
    const text = await readFile(file, 'utf8');
    // A link to a folder in its place fails each read with EISDIR, whoever reads.
    await rm(file);
    await symlink(folder, file);
    delivery.start();
    await said('late.not_read');
    // At once, since a file that is gone was delivered by somebody else.
    const mended = `${folder}.mended`;
    await writeFile(mended, text);
    await rename(mended, file);
    await said('late.delivered');
    expect(asked).toEqual(['a']);
    expect(counts).toEqual({ delivered: 1 });
  });

  test('is delivered as it was kept, and leaves nothing on disk', async () => {
    const folder = await newFolder();
    const given = deferred<unknown>();
    const { delivery, keep, said, lines, counts, waiting } = deliveryIn(folder, {
      deliver: (kept) => {
        given.resolve(kept);
        return Promise.resolve({ kind: 'delivered', via: 'late' });
      },
    });
    delivery.start();
    await keep();
    expect(await given.promise).toEqual(lateOf('a'));
    await said('late.delivered');
    expect(await readdir(folder)).toEqual([]);
    const ids = { job: 'a', generation: 1, epoch: 1, node: 'n' };
    expect(lines).toEqual([
      { level: 'info', message: 'late.kept', ...ids },
      { level: 'info', message: 'late.delivered', ...ids, via: 'late' },
    ]);
    expect({ counts, waiting: waiting() }).toEqual({ counts: { delivered: 1 }, waiting: 0 });
  });

  test('is tried until somebody answers, the oldest first', async () => {
    const { asked, deliver } = caller(AWAY, AWAY);
    const { delivery, keep, said } = deliveryIn(await newFolder(), { deliver });
    await keep(lateOf('a'));
    await keep(lateOf('b'));
    delivery.start();
    await said('late.delivered', 2);
    expect(asked).toEqual(['a', 'a', 'a', 'b']);
  });

  test('is tried at once when the lease is held again', async () => {
    const { asked, deliver } = caller(AWAY);
    const { delivery, keep, said } = deliveryIn(await newFolder(), { deliver, retry: LONG });
    delivery.start();
    await keep();
    await eventually(() => asked.length === 1);
    delivery.wake();
    await said('late.delivered');
  });

  test('that fails again and again lets the others pass', async () => {
    const asked: string[] = [];
    const { delivery, keep, said, waiting } = deliveryIn(await newFolder(), {
      deliver: ({ late: { job } }) => {
        asked.push(job);
        return job === 'bad' ? Promise.reject(AWAY) : Promise.resolve(BY_JOB);
      },
    });
    await keep(lateOf('bad'));
    await keep(lateOf('good'));
    delivery.start();
    await said('late.delivered');
    expect(asked[0]).toBe('bad');
    expect(waiting()).toBe(1);
  });

  test('is put aside with an error when it is refused for good, and the next one goes', async () => {
    const folder = await newFolder();
    const { deliver } = caller({ kind: 'refused', why: 'too large' });
    const { delivery, keep, said, all, counts } = deliveryIn(folder, { deliver });
    await keep(lateOf('a'));
    await keep(lateOf('b'));
    delivery.start();
    await said('late.delivered');
    expect(all('late.refused')).toMatchObject([{ level: 'error', job: 'a', why: 'too large' }]);
    expect(await readdir(join(folder, 'refused'))).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['refused']);
    expect(counts).toEqual({ refused: 1, delivered: 1 });
  });

  test('is dropped when there are too many, with a count', async () => {
    const { deliver } = caller();
    const { delivery, keep, said, all, counts } = deliveryIn(await newFolder(), {
      deliver,
      maxCount: 1,
    });
    await keep(lateOf('a'));
    await keep(lateOf('b'));
    expect(all('late.dropped')).toMatchObject([{ level: 'warn', count: 1 }]);
    delivery.start();
    await said('late.delivered');
    expect(all('late.delivered')).toMatchObject([{ job: 'b' }]);
    expect(counts).toEqual({ dropped: 1, delivered: 1 });
  });

  test('is delivered from memory when it cannot be written', async () => {
    const folder = await newFolder();
    await writeFile(folder, 'a file where the folder should be');
    const { delivery, keep, said, all } = deliveryIn(folder, caller());
    delivery.start();
    await keep();
    await said('late.delivered');
    expect(all('late.spool_failed')).toMatchObject([{ level: 'warn' }, { level: 'warn' }]);
  });

  test('that comes while another is under way is delivered, too', async () => {
    const answers = [deferred<LateAnswer>(), deferred<LateAnswer>()];
    const asked: string[] = [];
    const { delivery, keep, said } = deliveryIn(await newFolder(), {
      deliver: ({ late }) => answers[asked.push(late.job) - 1]!.promise,
    });
    delivery.start();
    await keep(lateOf('a'));
    await eventually(() => asked.length === 1);
    const kept = keep(lateOf('b'));
    answers[0]!.resolve(BY_JOB);
    answers[1]!.resolve(BY_JOB);
    await kept;
    await said('late.delivered', 2);
  });
});

describe('after a restart', () => {
  test('what was left is delivered', async () => {
    const folder = await newFolder();
    const away = deliveryIn(folder, { deliver: () => Promise.reject(AWAY) });
    away.delivery.start();
    await away.keep();
    await away.delivery.stop();
    expect(away.all('late.left')).toMatchObject([{ level: 'warn', count: 1, folder }]);
    const { asked, deliver } = caller();
    const { delivery, said, all } = deliveryIn(folder, { deliver });
    delivery.start();
    await said('late.delivered');
    expect(all('late.found')).toMatchObject([{ count: 1 }]);
    expect(asked).toEqual(['a']);
  });

  test('a broken file is put aside with a warning', async () => {
    const folder = await newFolder();
    const first = deliveryIn(folder, caller());
    await first.keep(lateOf('a'));
    const [name] = await readdir(folder);
    await writeFile(join(folder, name!), '{"format"');
    const { delivery, keep, said, all, counts } = deliveryIn(folder, caller());
    delivery.start();
    await keep(lateOf('b'));
    await said('late.delivered');
    expect(all('late.unreadable')).toMatchObject([{ level: 'warn', file: join(folder, name!) }]);
    expect(await readdir(join(folder, 'unreadable'))).toEqual([name]);
    expect(counts).toEqual({ dropped: 1, delivered: 1 });
  });

  test('what another process has delivered meanwhile is forgotten', async () => {
    const folder = await newFolder();
    const first = deliveryIn(folder, caller());
    await first.keep(lateOf('a'));
    const second = deliveryIn(folder, caller());
    await second.keep(lateOf('b'));
    first.delivery.start();
    await first.said('late.delivered');
    second.delivery.start();
    await second.said('late.delivered');
    expect(second.all('late.delivered')).toMatchObject([{ job: 'b' }]);
    expect(second.all('late.unreadable')).toEqual([]);
    expect(second.counts).toEqual({ delivered: 1 });
  });
});

describe('a stop', () => {
  test('waits for what is under way', async () => {
    const answered = deferred<LateAnswer>();
    const asked = deferred<void>();
    const { delivery, keep, all } = deliveryIn(await newFolder(), {
      deliver: () => {
        asked.resolve();
        return answered.promise;
      },
    });
    delivery.start();
    await keep();
    await asked.promise;
    const stopped = delivery.stop();
    answered.resolve(BY_JOB);
    await stopped;
    expect(all('late.delivered')).toHaveLength(1);
    expect(all('late.left')).toEqual([]);
  });

  test('comes at once when nothing waits, and before any start', async () => {
    const started = deliveryIn(await newFolder(), caller());
    started.delivery.start();
    await started.delivery.stop();
    const never = deliveryIn(await newFolder(), caller());
    await never.delivery.stop();
    expect([...started.lines, ...never.lines]).toEqual([]);
  });
});
