import { z } from '@hono/zod-openapi';
import type { NodeFilter } from '../../client/list-nodes.ts';
import type { DrainOptions } from '../../client/nodes.ts';
import type { NodeStatus as Status } from '../../domain/messages.ts';
import { NODE_MODES } from '../../domain/node.ts';
import type { Answer } from '../api-route.ts';
import { route } from '../api-route.ts';
import { nodeBody } from '../json-of.ts';
import { Name } from '../schemas/name.ts';
import {
  DrainOrder,
  EnableOrder,
  ForgetQuery,
  NodeList,
  NodeOrder,
  NodePlace,
  NodeStatus,
  NodeView,
} from '../schemas/node.ts';

const tag = 'nodes';
const ordered = { 200: { description: 'How the node stands.', schema: NodeStatus } };
const errors = ['node_not_found', 'temporal_unavailable'] as const;

const list = route({
  method: 'get',
  path: '/v1/nodes',
  tag,
  summary: 'List nodes with what they run, and pools whose failovers pause',
  query: z.strictObject({
    pool: Name.optional(),
    state: z.enum(['online', 'offline']).optional(),
    mode: z.enum(NODE_MODES).optional(),
  }),
  answers: { 200: { description: 'The nodes.', schema: NodeList } },
  errors: ['temporal_unavailable'],
  async handle({ client, query }) {
    const [nodes, pauses] = await Promise.all([
      client.nodes.list(query as NodeFilter),
      client.nodes.pauses(),
    ]);
    return {
      status: 200,
      body: {
        nodes: nodes.map(nodeBody),
        pauses: pauses.map(({ until, ...pause }) => ({ ...pause, until: new Date(until) })),
      },
    };
  },
});

const get = route({
  method: 'get',
  path: '/v1/nodes/{name}',
  tag,
  summary: 'Show a node with its newest changes',
  params: NodePlace,
  answers: { 200: { description: 'The node.', schema: NodeView } },
  errors,
  handle: async ({ client, params }) => ({
    status: 200,
    body: nodeBody(await client.nodes.get(params.name)),
  }),
});

const cordon = route({
  method: 'post',
  path: '/v1/nodes/{name}/cordon',
  tag,
  summary: 'Give a node no new work',
  params: NodePlace,
  body: NodeOrder,
  answers: ordered,
  errors,
  handle: async ({ client, params, body, caller }) =>
    done(await client.nodes.cordon(params.name, { ...body, by: caller.who }), body),
});

const drain = route({
  method: 'post',
  path: '/v1/nodes/{name}/drain',
  tag,
  summary: 'Give a node no new work, and let it hand back what still runs at a deadline',
  params: NodePlace,
  body: DrainOrder,
  answers: ordered,
  errors,
  async handle({ client, params, body, caller }) {
    const order = { ...body, by: caller.who } as DrainOptions;
    return done(await client.nodes.drain(params.name, { ...order, wait: false }), body);
  },
});

const enable = route({
  method: 'post',
  path: '/v1/nodes/{name}/enable',
  tag,
  summary: 'Give a node work again',
  params: NodePlace,
  body: EnableOrder,
  answers: ordered,
  errors,
  handle: async ({ client, params, body: { reason = '' }, caller }) =>
    done(await client.nodes.enable(params.name, { reason, by: caller.who }), { reason }),
});

const forget = route({
  method: 'delete',
  path: '/v1/nodes/{name}',
  tag,
  summary: 'Take a node that is offline off the record',
  params: NodePlace,
  query: ForgetQuery,
  answers: {
    200: {
      description: 'It is off the record.',
      schema: z.object({ name: z.string() }).openapi('ForgottenNode'),
    },
  },
  errors,
  async handle({ client, params: { name }, query, caller }) {
    await client.nodes.forget(name, { ...query, by: caller.who });
    return { status: 200, body: { name }, audit: { details: query } };
  },
});

function done(status: Status, details: Readonly<Record<string, unknown>>): Answer {
  return { status: 200, body: nodeBody(status), audit: { details } };
}

/** Routes of nodes. */
export const nodeRoutes = [list, get, cordon, drain, enable, forget];
