import { z } from '@hono/zod-openapi';
import { NODE_MODES } from '../../domain/node.ts';
import { At, Name, Reason, Time } from './name.ts';

/** What a path names a node by. */
export const NodePlace = z.object({ name: Name });

/** Why a node is changed. */
export const NodeOrder = z.strictObject({ reason: Reason }).openapi('NodeOrder');

/** Why a node takes work again. */
export const EnableOrder = z
  .strictObject({ reason: z.string().max(500).optional() })
  .openapi('EnableOrder');

/** Why, and until when, a node drains. */
export const DrainOrder = z
  .strictObject({
    reason: Reason,
    deadline: Time.optional().openapi({
      description: 'How long its attempts may run on; then it hands them back. Left out: no end.',
    }),
  })
  .openapi('DrainOrder');

/** Why a node is taken off the record; in the query, as DELETE has no body. */
export const ForgetQuery = z.strictObject({ reason: Reason });

const Mode = z
  .object({
    mode: z.enum(NODE_MODES),
    reason: z.string(),
    by: z.string(),
    at: At.optional().openapi({ description: 'Left out: nobody ever set it.' }),
    deadlineAt: At.optional(),
  })
  .openapi('NodeMode');

const Registration = z.object({
  incarnation: z.string(),
  pool: z.string(),
  slots: z.int(),
  kinds: z.array(z.string()),
  version: z.string(),
  labels: z.record(z.string(), z.string()),
  leaseMs: z.int(),
});

const HeldAttempt = z.object({ job: z.string(), generation: z.int(), epoch: z.int() });

const nodeFields = {
  name: z.string(),
  ...Registration.shape,
  state: z.enum(['online', 'offline']),
  isStopping: z.boolean(),
  mode: Mode,
  cause: z.string().openapi({ description: 'Why its state is what it is.' }),
  registeredAt: At,
  stateSince: At,
  reserved: z.int(),
  beat: z
    .object({ incarnation: z.string(), slotsUsed: z.int(), running: z.array(HeldAttempt) })
    .loose()
    .optional()
    .openapi({ description: 'What it last beat with; left out when that cannot be told.' }),
};

const Pause = z
  .object({ pool: z.string(), until: At, why: z.string(), lost: z.int() })
  .loose()
  .openapi('PoolPause');

/** The nodes, and the pools whose failovers pause. */
export const NodeList = z
  .object({ nodes: z.array(z.object(nodeFields).openapi('Node')), pauses: z.array(Pause) })
  .openapi('NodeList');

const NodeEvent = z
  .object({ at: At, event: z.string(), incarnation: z.string().optional() })
  .loose()
  .openapi('NodeEvent');

/** A node with its newest changes. */
export const NodeView = z.object({ ...nodeFields, events: z.array(NodeEvent) }).openapi('NodeView');

/** How a node stands after an order. */
export const NodeStatus = z
  .object({
    name: z.string(),
    state: z.enum(['online', 'offline']),
    mode: Mode,
    isStopping: z.boolean(),
    registration: Registration.loose().optional(),
  })
  .openapi('NodeStatus');

/** What a path names a pool by. */
export const PoolPlace = z.object({ pool: Name });

/** Whether a pool had a pause that was ended. */
export const Resumed = z.object({ pool: z.string(), resumed: z.boolean() }).openapi('Resumed');
