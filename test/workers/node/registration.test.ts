import { afterEach, describe, expect, test } from 'vitest';
import type { NodeRegistration } from '../../../src/domain/node.ts';
import { Registration } from '../../../src/workers/node/registration.ts';
import { eventually } from '../../support/eventually.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const REGISTRATION: NodeRegistration = {
  incarnation: 'i1',
  pool: 'p',
  slots: 1,
  kinds: ['k'],
  version: '0.1.0',
  labels: {},
  leaseMs: 5_000,
};

const open: { registration: Registration; run: Promise<void> }[] = [];

function start(options: { grantWithinMs?: number; failures?: number } = {}) {
  const { grantWithinMs = 600_000, failures = 0 } = options;
  const calls: NodeRegistration[] = [];
  const register = (given: NodeRegistration) => {
    calls.push(given);
    return calls.length <= failures ? Promise.reject(new Error('away')) : Promise.resolve();
  };
  const registration = new Registration({
    node: 'n',
    registration: REGISTRATION,
    calls: { register },
    log: silent,
    grantWithinMs,
  });
  const run = registration.run();
  open.push({ registration, run });
  return {
    registration,
    run,
    registered: (count: number) => eventually(() => calls[count - 1]),
    calls,
  };
}

afterEach(async () => {
  for (const { registration, run } of open.splice(0)) {
    registration.stop();
    await run;
  }
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a node registers', () => {
  test('once, when it is granted its lease', async () => {
    const { registration, registered, calls } = start();
    expect(await registered(1)).toEqual(REGISTRATION);
    registration.granted();
    await settled();
    expect(calls).toHaveLength(1);
  });

  test('again, until Temporal answers', async () => {
    const { registered } = start({ failures: 1 });
    await registered(2);
  });

  test('again at once when a lease that it held is lost', async () => {
    const { registration, registered, calls } = start();
    await registered(1);
    registration.granted();
    await settled();
    registration.lost();
    await registered(2);
    registration.granted();
    await settled();
    expect(calls).toHaveLength(2);
  });

  test('not at once when a lease is lost that it never held', async () => {
    const { registration, registered, calls } = start();
    await registered(1);
    registration.lost();
    await settled();
    expect(calls).toHaveLength(1);
  });

  test('again when no lease comes', async () => {
    const { registered } = start({ grantWithinMs: 20 });
    await registered(3);
  });

  test('no more when it stops', async () => {
    const { registration, registered, run } = start();
    await registered(1);
    registration.stop();
    await run;
  });
});
