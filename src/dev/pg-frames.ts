/** What a PostgreSQL client asks for: one thing to answer, in the order of arrival. */
export type ClientRequest =
  /** SSL or GSS encryption: neither exists here, the answer is the byte `N`. */
  | { readonly kind: 'encryption' }
  /** The startup packet that opens a session. */
  | { readonly kind: 'startup'; readonly bytes: Buffer }
  /**
   * Complete messages up to the point where the client waits for an answer. `ends`: a ReadyForQuery
   * follows, so that outside a transaction the next client may come.
   */
  | { readonly kind: 'batch'; readonly bytes: Buffer; readonly ends: boolean }
  /** The client says goodbye, sends a cancel request (impossible here), or speaks no PostgreSQL. */
  | { readonly kind: 'close' };

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const PROTOCOL_3 = 3;
/** PostgreSQL's own limit for a startup packet: more is not a PostgreSQL client. */
const MAX_STARTUP_BYTES = 10_000;

const TERMINATE = 'X';
/** Query, FunctionCall, Sync, CopyDone and CopyFail: a ReadyForQuery follows. */
const ENDS = 'QFScf';
/** Flush: the client reads what there is, and the batch goes on. */
const FLUSH = 'H';

/**
 * Cuts the bytes of one client into {@link ClientRequest}s. An extended query (Parse, Bind, Describe,
 * Execute, Sync) comes out whole, however many packets it arrived in.
 */
export class ClientFrames {
  #pending: Buffer = Buffer.alloc(0);
  /** Where in the pending bytes the first message starts that has not been looked at. */
  #scanned = 0;
  #started = false;

  /** Takes in what the socket delivered. */
  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
  }

  /** The next complete request, or undefined until more bytes have come. */
  next(): ClientRequest | undefined {
    return this.#started ? this.#nextBatch() : this.#nextStartup();
  }

  #nextStartup(): ClientRequest | undefined {
    if (this.#pending.length < 8) return undefined;
    const length = this.#pending.readInt32BE(0);
    if (length < 8 || length > MAX_STARTUP_BYTES) return { kind: 'close' };
    if (this.#pending.length < length) return undefined;
    const code = this.#pending.readInt32BE(4);
    const bytes = this.#cut(length);
    if (code === SSL_REQUEST || code === GSS_REQUEST) return { kind: 'encryption' };
    // PGlite does not live through a startup packet that PostgreSQL would refuse.
    if (code >> 16 !== PROTOCOL_3 || bytes.at(-1) !== 0) return { kind: 'close' };
    this.#started = true;
    return { kind: 'startup', bytes };
  }

  #nextBatch(): ClientRequest | undefined {
    while (this.#pending.length >= this.#scanned + 5) {
      const type = String.fromCharCode(this.#pending.readUInt8(this.#scanned));
      const length = this.#pending.readInt32BE(this.#scanned + 1);
      if (type === TERMINATE || length < 4) return { kind: 'close' };
      if (this.#pending.length < this.#scanned + 1 + length) return undefined;
      this.#scanned += 1 + length;
      const ends = ENDS.includes(type);
      if (ends || type === FLUSH) return { kind: 'batch', bytes: this.#cut(this.#scanned), ends };
    }
    return undefined;
  }

  #cut(length: number): Buffer {
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    this.#scanned = 0;
    return bytes;
  }
}

/** A Sync message: ends a batch that its client left open. */
export const SYNC: Buffer = message('S', '');

/** A simple query as a client would send it. */
export function queryMessage(sql: string): Buffer {
  return message('Q', `${sql}\0`);
}

/** A FATAL error response with an SQLSTATE, after which the connection is closed. */
export function fatalMessage(sqlState: string, text: string): Buffer {
  return message('E', `SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`);
}

/**
 * A batch that PGlite survives. `COPY … FROM STDIN` would make it spin for ever, since its data would
 * have to come with the command: so a CopyFail goes along, which PostgreSQL ignores elsewhere.
 */
export function withoutCopyIn(batch: Buffer): Buffer {
  // The command stands at the start of its batch; what follows may be megabytes of parameters.
  const start = batch.toString('latin1', 0, 1000);
  if (!/\bcopy\b.*\bstdin\b/is.test(start)) return batch;
  const fail = message('f', 'the embedded ledger takes no data from the client\0');
  const extended = batch.at(-SYNC.length) === SYNC.at(0);
  return extended
    ? Buffer.concat([batch.subarray(0, -SYNC.length), fail, SYNC])
    : Buffer.concat([batch, fail]);
}

function message(type: string, text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
