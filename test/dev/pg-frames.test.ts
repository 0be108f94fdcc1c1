import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ClientFrames,
  queryMessage,
  SYNC,
  withoutCopyIn,
  type ClientRequest,
} from '../../dist/dev/pg-frames.js';

function message(type: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(Buffer.byteLength(body) + 4, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

function packet(code: number, text = ''): Buffer {
  const body = Buffer.alloc(8 + Buffer.byteLength(text));
  body.writeInt32BE(body.length, 0);
  body.writeInt32BE(code, 4);
  body.write(text, 8);
  return body;
}

const STARTUP = packet(196_608, 'user\0me\0\0');
const SSL = packet(80_877_103);
const EXTENDED = Buffer.concat([
  message('P', '\0select $1\0\0\0'),
  message('B', 'xyz'),
  message('E', ''),
  SYNC,
]);

function requestsOf(chunks: readonly Buffer[]): ClientRequest[] {
  const frames = new ClientFrames();
  const requests: ClientRequest[] = [];
  for (const chunk of chunks) {
    frames.push(chunk);
    for (let next = frames.next(); next; next = frames.next()) {
      requests.push(next);
      if (next.kind === 'close') return requests;
    }
  }
  return requests;
}

function startedThen(...bytes: readonly Buffer[]): ClientRequest[] {
  return requestsOf([STARTUP, ...bytes]).slice(1);
}

describe('cutting what a client sends into requests', () => {
  it('gives the same requests however the bytes arrive', () => {
    const all = Buffer.concat([
      SSL,
      STARTUP,
      EXTENDED,
      queryMessage('select 1'),
      EXTENDED,
      message('X', ''),
    ]);
    const whole = requestsOf([all]);
    expect(whole.map(({ kind }) => kind)).toEqual([
      'encryption',
      'startup',
      'batch',
      'batch',
      'batch',
      'close',
    ]);
    const cuts = fc.uniqueArray(fc.nat(all.length), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (places) => {
        const edges = [0, ...places.sort((a, b) => a - b), all.length];
        const chunks = edges.slice(1).map((edge, index) => all.subarray(edges[index], edge));
        expect(requestsOf(chunks)).toEqual(whole);
      }),
    );
  });

  it('keeps an extended query together up to its Sync', () => {
    expect(startedThen(EXTENDED)).toEqual([{ kind: 'batch', bytes: EXTENDED, ends: true }]);
  });

  it('lets a Flush through, with the batch still open', () => {
    const bytes = Buffer.concat([message('P', '\0select 1\0\0\0'), message('H', '')]);
    expect(startedThen(bytes)).toEqual([{ kind: 'batch', bytes, ends: false }]);
  });

  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a cancel request', packet(80_877_102, '12345678')],
    ['protocol 2', packet(131_072, 'user\0me\0\0')],
    ['a startup packet without its end', packet(196_608, 'user')],
    ['a startup packet of no length', Buffer.alloc(8)],
  ])('closes on %s', (_, bytes) => {
    expect(requestsOf([bytes])).toEqual([{ kind: 'close' }]);
  });

  it('closes on a message of an impossible length', () => {
    expect(startedThen(Buffer.from('Q\0\0\0\x03', 'latin1'))).toEqual([{ kind: 'close' }]);
  });
});

describe('a COPY from the client', () => {
  it('is failed within its own batch', () => {
    const fail = message('f', 'the embedded ledger takes no data from the client\0');
    const simple = queryMessage('COPY t FROM STDIN');
    expect(withoutCopyIn(simple)).toEqual(Buffer.concat([simple, fail]));
    const parse = message('P', '\0copy t from stdin\0\0\0');
    const extended = Buffer.concat([parse, SYNC]);
    expect(withoutCopyIn(extended)).toEqual(Buffer.concat([parse, fail, SYNC]));
  });

  it('is not seen in other statements', () => {
    for (const batch of [queryMessage('copy t to stdout'), EXTENDED]) {
      expect(withoutCopyIn(batch)).toBe(batch);
    }
  });
});
