import type { Socket } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import {
  ClientFrames,
  fatalMessage,
  queryMessage,
  SYNC,
  withoutCopyIn,
  type ClientRequest,
} from './pg-frames.ts';
import type { Turnstile } from './turnstile.ts';

/**
 * How long a client may leave a transaction open without a word before it is thrown out, as
 * PostgreSQL's `idle_in_transaction_session_timeout` does. PGlite is one session, so an orchestrator
 * that freezes inside a transaction would stop everybody. Longer than any ledger call may take (3 s).
 */
const IDLE_IN_TRANSACTION_MS = 5000;

/** The part of PGlite that a connection needs. */
export type PgliteSession = Pick<PGlite, 'execProtocolRawStream' | 'isInTransaction'>;

/**
 * One client's connection to the one session of PGlite. The client holds the session from the first
 * message of a batch to its end, and through a transaction to the end of that; when the client goes
 * in between, its batch is ended and its transaction rolled back before the next one gets in.
 */
export class PgliteConnection {
  readonly #socket: Socket;
  readonly #session: PgliteSession;
  readonly #turnstile: Turnstile<PgliteConnection>;
  readonly #frames = new ClientFrames();
  #answering: Promise<void> | undefined;
  #givingUp: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #gone = false;
  /** Settles when the client is gone and the session clean for the others. */
  readonly cleaned: Promise<void>;

  /** Serves the socket until either side closes it. */
  constructor(socket: Socket, session: PgliteSession, turnstile: Turnstile<PgliteConnection>) {
    this.#socket = socket;
    this.#session = session;
    this.#turnstile = turnstile;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    // A broken connection is a client that went away; 'close' follows and cleans up.
    socket.on('error', () => {});
    this.cleaned = new Promise<void>((resolve) => socket.once('close', () => resolve())).then(() =>
      this.#giveUp(),
    );
  }

  /** Cuts the client off at once. */
  drop(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#frames.push(chunk);
    this.#answering ??= this.#answerAll().finally(() => (this.#answering = undefined));
  }

  async #answerAll(): Promise<void> {
    for (let request = this.#frames.next(); request; request = this.#frames.next()) {
      clearTimeout(this.#idle);
      if (this.#gone) return;
      if (request.kind === 'close') {
        this.#socket.end();
        return;
      }
      await this.#answer(request);
    }
  }

  async #answer(request: Exclude<ClientRequest, { kind: 'close' }>): Promise<void> {
    switch (request.kind) {
      case 'encryption':
        this.#socket.write('N');
        return;
      case 'startup':
        return this.#execute(request.bytes, true);
      case 'batch':
        return this.#execute(withoutCopyIn(request.bytes), request.ends);
    }
  }

  async #execute(bytes: Buffer, ends: boolean): Promise<void> {
    if (!(await this.#turnstile.enter(this)) || this.#gone) return;
    try {
      await this.#run(bytes, (answer) => this.#socket.write(answer));
    } catch (error) {
      this.#expel('XX000', `PGlite failed: ${String(error)}`);
      return;
    }
    if (ends && !this.#session.isInTransaction()) this.#turnstile.leave(this);
    else this.#watchIdle();
  }

  async #run(bytes: Buffer, answer: (bytes: Buffer) => void): Promise<void> {
    this.#socket.cork();
    try {
      await this.#session.execProtocolRawStream(bytes, {
        // PGlite hands out a view of its own memory, which the next query writes over.
        onRawData: (data) => answer(Buffer.from(data)),
      });
    } finally {
      this.#socket.uncork();
    }
  }

  #watchIdle(): void {
    if (this.#gone) return;
    this.#idle = setTimeout(
      () => this.#expel('25P03', 'terminating connection due to idle-in-transaction timeout'),
      IDLE_IN_TRANSACTION_MS,
    ).unref();
  }

  /** Throws the client out. Its place is given up at once: a frozen client reads no farewell. */
  #expel(sqlState: string, text: string): void {
    this.#socket.end(fatalMessage(sqlState, text), () => this.#socket.destroy());
    void this.#giveUp();
  }

  /** Leaves the session clean for the next client, whatever this one was in the middle of. */
  #giveUp(): Promise<void> {
    this.#gone = true;
    clearTimeout(this.#idle);
    return (this.#givingUp ??= this.#cleanUp());
  }

  async #cleanUp(): Promise<void> {
    if (!this.#turnstile.holds(this)) this.#turnstile.leave(this);
    await this.#answering;
    if (!this.#turnstile.holds(this)) return;
    // Fails only when PGlite itself is broken: the ledger process then ends, and its parent says so.
    // After an error inside a batch PostgreSQL ignores everything up to a Sync.
    await this.#run(SYNC, () => {});
    if (this.#session.isInTransaction()) await this.#run(queryMessage('ROLLBACK'), () => {});
    this.#turnstile.leave(this);
  }
}
