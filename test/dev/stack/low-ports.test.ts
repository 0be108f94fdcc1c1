import { clearLockedPorts } from 'get-port';
import { expect, it } from 'vitest';
import { lowInnerPorts, lowPort } from '../../../dist/dev/stack/low-ports.js';
import { temporaryFolder } from '../support.ts';

const LIMIT = 2 ** 15;

it('low ports fit a smallint, and differ', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => lowPort()));
  expect(new Set(ports).size).toBe(20);
  expect(Math.max(...ports)).toBeLessThan(LIMIT);
});

it('the ports of a Temporal server on PostgreSQL are the same at its next start', async () => {
  const dataDir = await temporaryFolder();
  const ports = await lowInnerPorts(dataDir);
  const members = Object.entries(ports).filter(([use]) => use.endsWith('Membership'));
  expect(members).toHaveLength(4);
  expect(Math.max(...members.map(([, port]) => port))).toBeLessThan(LIMIT);
  // As another process: within one, ports are not given twice.
  clearLockedPorts();
  expect(await lowInnerPorts(dataDir)).toEqual(ports);
});
