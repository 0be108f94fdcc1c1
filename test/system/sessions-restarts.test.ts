import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';
import type { RestartableLedger } from '../support/restartable-ledger.ts';
import { restartableLedger } from '../support/restartable-ledger.ts';
import { followSession, releasedOf, Sessions, statesOf } from '../support/sessions.ts';

describe('when the ledger goes away and comes back', () => {
  let ledger: RestartableLedger;
  let fleet: Fleet;
  let on: Sessions;
  let node: HoldfastProcess;
  beforeEach(async () => {
    ledger = await restartableLedger();
    fleet = await Fleet.start({
      temporalAddress: inject('temporalAddress'),
      databaseUrl: ledger.url,
    });
    on = new Sessions(fleet);
    node = await fleet.startNode('a', ['--slots', '4']);
  });
  afterEach(async () => {
    await fleet.stop();
    await ledger.drop();
  });

  test('a reader goes on where it was', async () => {
    const { id } = on.own();
    for (const index of [0, 1]) await (await on.echo(id, index)).result();
    const held = await on.hold(id, 2);
    await on.running(held);
    const reader = followSession(fleet.client, id);
    await eventually(() => reader.seen.length === 2);
    await ledger.stop();
    await on.open(id, 2);
    await on.echo(id, 3);
    const begunMeanwhile = followSession(fleet.client, id, 0);
    await fleet.logged('ledger.waiting');
    await ledger.start();
    await eventually(() => reader.seen.length === 4);
    await fleet.client.sessions.close(id, { count: 4 });
    await Promise.all([reader.ended, begunMeanwhile.ended]);
    expect(statesOf(reader.seen)).toEqual([0, 1, 2, 3].map((index) => `${index} succeeded`));
    expect(begunMeanwhile.seen).toEqual(reader.seen.slice(1));
  });

  test('the time of a gap goes on while everything is stopped', async () => {
    const { id, job } = on.own();
    const skipAfterMs = 10_000;
    await fleet.client.sessions.create(id, { gap: { skipAfter: skipAfterMs } });
    const missed = await on.hold(id, 0);
    await on.running(missed);
    await (await on.echo(id, 1)).result();
    const reader = followSession(fleet.client, id);
    const { skipAt } = await fleet.client.sessions.get(id);
    fleet.orchestrator.signal('SIGKILL');
    await fleet.orchestrator.ended();
    node.signal('SIGKILL');
    await node.ended();
    await ledger.stop();
    await eventually(() => Date.now() > skipAt!.getTime());
    expect(reader.seen).toEqual([]);

    await ledger.start();
    const before = performance.now();
    await fleet.startOrchestrator();
    await eventually(() => reader.seen.length === 2);
    // Well before the time would be over if it had begun anew.
    expect(performance.now() - before).toBeLessThan(skipAfterMs);
    await fleet.startNode('b', ['--slots', '4']);
    await on.open(id, 0);
    expect(await missed.result()).toMatchObject({ epoch: 2, node: 'b' });
    await on.echo(id, 2);
    await fleet.client.sessions.close(id, { count: 3 });
    await reader.ended;
    expect(reader.seen).toMatchObject([
      { index: 0, job: undefined, state: 'skipped' },
      { index: 1, job: job(1), state: 'succeeded' },
      { index: 2, job: job(2), state: 'succeeded' },
    ]);
    expect(await missed.get()).toMatchObject({ state: 'succeeded' });
    expect(statesOf(await releasedOf(fleet.client, id))).toEqual(statesOf(reader.seen));
  });
});
