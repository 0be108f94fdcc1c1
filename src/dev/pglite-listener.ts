import { createServer, type Server, type Socket } from 'node:net';
import { fatalMessage } from './pg-frames.ts';
import { PgliteConnection, type PgliteSession } from './pglite-connection.ts';
import { Turnstile } from './turnstile.ts';

/** More than the pools of a whole fleet on one machine; PostgreSQL's own default is 100. */
const MAX_CONNECTIONS = 50;

/**
 * Serves one PGlite to many PostgreSQL clients on a port of the loopback interface. Any user, password
 * and database name are taken; there is no TLS. All clients share one session (see DESIGN, "PGlite's
 * limits"), but their batches and transactions never mix, which `@electric-sql/pglite-socket` 0.2.17
 * does not guarantee: it queues single messages, so that an extended query larger than a TCP packet can
 * run with another client's statement (electric-sql/pglite#1046).
 */
export class PgliteListener {
  readonly #session: PgliteSession;
  readonly #turnstile = new Turnstile<PgliteConnection>();
  readonly #connections = new Set<PgliteConnection>();
  readonly #port: number;
  #server: Server | undefined;

  constructor(session: PgliteSession, port: number) {
    this.#session = session;
    this.#port = port;
  }

  /** Accepts connections from now on. Throws when the port is taken. */
  async open(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= MAX_CONNECTIONS) {
      socket.on('error', () => {});
      socket.end(fatalMessage('53300', 'sorry, too many clients already'));
      socket.destroySoon();
      return;
    }
    const connection = new PgliteConnection(socket, this.#session, this.#turnstile);
    this.#connections.add(connection);
    void connection.cleaned.then(() => this.#connections.delete(connection));
  }

  /** Cuts off every client and refuses new ones; what they had open is rolled back. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of this.#connections) connection.drop();
    await closed;
    await Promise.all([...this.#connections].map((connection) => connection.cleaned));
  }
}
