import { expect, test } from 'vitest';
import type { Connections } from '../../../src/client/connections.ts';
import { fetchHistory } from '../../../src/client/story/fetch-history.ts';

interface Request {
  readonly execution: { readonly workflowId: string; readonly runId?: string };
  readonly nextPageToken?: Uint8Array;
}

/** A Temporal with these runs of a workflow, each a list of pages; the newest is named ''. */
function temporalWith(runs: Readonly<Record<string, object[][]>>): Connections {
  const getWorkflowExecutionHistory = ({ execution, nextPageToken }: Request) => {
    const pages = runs[execution.runId ?? ''];
    if (pages === undefined) return Promise.reject(Object.assign(new Error(), { code: 5 }));
    const page = nextPageToken?.[0] ?? 0;
    const next = page + 1 < pages.length ? Uint8Array.of(page + 1) : new Uint8Array();
    return Promise.resolve({ history: { events: pages[page] }, nextPageToken: next });
  };
  const client = {
    workflowService: { getWorkflowExecutionHistory },
    options: { loadedDataConverter: { payloadCodecs: [] } },
  };
  return { client, place: { namespace: 'default' } } as unknown as Connections;
}

const started = (continuedExecutionRunId = '') => ({
  eventId: 1,
  workflowExecutionStartedEventAttributes: { continuedExecutionRunId },
});

test('all pages of a run are read', async () => {
  const connections = temporalWith({ '': [[started()], [{ eventId: 2 }], [{ eventId: 3 }]] });
  const history = await fetchHistory(connections, 'j', 1);
  expect(history?.events.map(({ eventId }) => Number(eventId))).toEqual([1, 2, 3]);
  expect(history?.isWhole).toBe(true);
});

test('runs that were continued come first', async () => {
  const first = [[started(), { eventId: 7 }]];
  const history = await fetchHistory(temporalWith({ '': [[started('r1')]], r1: first }), 'j', 1);
  expect(history?.events.map(({ eventId }) => Number(eventId))).toEqual([1, 7, 1]);
  expect(history?.isWhole).toBe(true);
});

test('a beginning that was deleted is told', async () => {
  const history = await fetchHistory(temporalWith({ '': [[started('r1')]] }), 'j', 1);
  expect(history).toMatchObject({ isWhole: false, events: [{ eventId: 1 }] });
});

test('a workflow that was deleted has no history', async () => {
  expect(await fetchHistory(temporalWith({}), 'j', 1)).toBeUndefined();
});

test('no end is waited for in a chain without one', async () => {
  const history = await fetchHistory(
    temporalWith({ '': [[started('r')]], r: [[started('r')]] }),
    'j',
    1,
  );
  expect(history?.isWhole).toBe(false);
});
