import { expect, test } from 'vitest';
import { endOfDrain } from '../../src/client/await-drained.ts';
import type { Node, NodeEvent, NodeMode } from '../../src/domain/node.ts';

function nodeOf(mode: NodeMode, state: Node['state'] = 'online', cause: NodeEvent = 'registered') {
  return { mode: { mode, reason: '', by: '', at: 0 }, state, cause };
}

const events = (...names: NodeEvent[]) => names.map((event) => ({ event }));

test.each<[string, ReturnType<typeof nodeOf>, NodeEvent[], NodeEvent | undefined]>([
  ['goes on while the node drains', nodeOf('draining'), [], undefined],
  ['goes on while it is about to stop', nodeOf('draining'), ['stopping'], undefined],
  ['ends when the node says so', nodeOf('draining'), ['drained'], 'drained'],
  [
    'ends as it did when the node came back',
    nodeOf('draining'),
    ['registered', 'stopped'],
    'stopped',
  ],
  ['ends with the loss of the node', nodeOf('draining', 'offline', 'lost'), ['lost'], 'lost'],
  ['is over on a node that was offline', nodeOf('draining', 'offline', 'stopped'), [], 'stopped'],
  ['ends when somebody enables the node', nodeOf('enabled'), ['enabled'], 'enabled'],
  ['is none on a node that does not drain', nodeOf('cordoned'), [], 'cordoned'],
])('a drain %s', (_, node, since, ended) => {
  expect(endOfDrain(node, events(...since))).toBe(ended);
});
