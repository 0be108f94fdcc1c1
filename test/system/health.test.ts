import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

describe('every process', () => {
  let fleet: Fleet;
  let urls: Record<string, string>;
  beforeAll(async () => {
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
    });
    await fleet.startNode('a');
    const names = ['orchestrator', 'a'];
    const lines = await Promise.all(
      names.map((from) => fleet.logged('health.listening', { from })),
    );
    urls = Object.fromEntries(lines.map(({ from, url }) => [from, String(url)]));
  });
  afterAll(() => fleet.stop());

  const get = async (from: string, path: string) => {
    const response = await fetch(`${urls[from]}${path}`);
    return { status: response.status, text: await response.text() };
  };

  test.each(['orchestrator', 'a'])('%s says that it lives and is ready', async (from) => {
    expect(await get(from, '/livez')).toMatchObject({ status: 200 });
    const ready = await eventually(async () => {
      const answer = await get(from, '/readyz');
      return answer.status === 200 && answer;
    });
    expect(JSON.parse(ready.text)).toEqual({ status: 'ready' });
    expect(await get(from, '/')).toMatchObject({ status: 404 });
  });

  test('serves its own metrics beside those of the SDK', async () => {
    const job = await fleet.client.jobs.submit('echo', 1, { pool: fleet.pool });
    await job.result();
    const ofNode = await eventually(async () => {
      const { text } = await get('a', '/metrics');
      return text.includes('holdfast_attempts_total') && text;
    });
    expect(ofNode).toMatch(
      /holdfast_attempts_total\{[^}]*kind="echo"[^}]*outcome="succeeded"[^}]*\} 1/,
    );
    expect(ofNode).toMatch(/holdfast_running_attempts(\{[^}]*\})? 0/);
    expect(ofNode).toMatch(/holdfast_attempt_seconds_bucket/);
    expect(ofNode).toMatch(/temporal_/);
    const ofOrchestrator = await eventually(async () => {
      const { text } = await get('orchestrator', '/metrics');
      return text.includes('holdfast_jobs_closed_total') && text;
    });
    expect(ofOrchestrator).toMatch(/holdfast_jobs_closed_total\{[^}]*state="succeeded"[^}]*\} 1/);
    expect(ofOrchestrator).toMatch(/holdfast_ledger_seconds_bucket/);
  });
});
