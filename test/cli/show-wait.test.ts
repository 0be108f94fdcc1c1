import { expect, test } from 'vitest';
import { showWait } from '../../src/cli/show-wait.ts';
import { eventually } from '../support/eventually.ts';

/** A job whose views follow each other; the last one stays. */
function looks(...views: (string | undefined | Error)[]) {
  let looked = 0;
  const get = () => {
    const why = views[Math.min(looked++, views.length - 1)];
    if (why instanceof Error) return Promise.reject(why);
    const live = { waitsFor: why === undefined ? undefined : 'resource', why };
    return Promise.resolve({ live } as never);
  };
  return { job: { get }, looks: () => looked };
}

test('who looks on is told what a job waits for, each time that it changes', async () => {
  const { job, looks: count } = looks('4th', '4th', new Error('away'), '2nd', undefined);
  const noted: string[] = [];
  const note = (...lines: readonly string[]) => Promise.resolve(void noted.push(...lines));
  const result = () => eventually(() => count() > 5).then(() => 'done');
  expect(await showWait(job, { note, stderrIsTty: true }, result)).toBe('done');
  expect(noted).toEqual(['waiting: 4th', 'waiting: 2nd']);
});

test('nobody is told where nobody looks on', async () => {
  const { job, looks: count } = looks('4th');
  const note = () => Promise.reject(new Error('noted'));
  expect(await showWait(job, { note, stderrIsTty: false }, () => Promise.resolve(1))).toBe(1);
  expect(count()).toBe(0);
});
