import { route } from '../api-route.ts';
import { Payloads } from '../schemas/payload.ts';

/** A page of the Web UI sends all payloads of a history. */
const LIMIT_BYTES = 64 * 1024 * 1024;

const decode = route({
  method: 'post',
  path: '/codec/decode',
  tag: 'codec',
  summary: 'Decrypt payloads',
  description:
    "What Temporal's Web UI and command line ask, once this is their codec endpoint. It changes nothing.",
  body: Payloads,
  bodyLimit: LIMIT_BYTES,
  changesNothing: true,
  answers: { 200: { description: 'The payloads in the order of the call.', schema: Payloads } },
  errors: ['encryption_key_missing', 'payload_not_decryptable'],
  async handle({ client, body: { payloads } }) {
    return { status: 200, body: { payloads: await client.payloads.decode(payloads) } };
  },
});

const encode = route({
  method: 'post',
  path: '/codec/encode',
  tag: 'codec',
  summary: 'Encrypt payloads',
  description:
    "By the newest key; without keys, payloads stay as they are. What Temporal's command line asks before " +
    'it sends an input. It changes nothing.',
  body: Payloads,
  bodyLimit: LIMIT_BYTES,
  changesNothing: true,
  answers: { 200: { description: 'The payloads in the order of the call.', schema: Payloads } },
  async handle({ client, body: { payloads } }) {
    return { status: 200, body: { payloads: await client.payloads.encode(payloads) } };
  },
});

/** The routes of Temporal's remote codec protocol. */
export const codecRoutes = [decode, encode];
