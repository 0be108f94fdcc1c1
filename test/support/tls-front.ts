import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Server, TlsOptions } from 'node:tls';
import { createServer } from 'node:tls';

/** A certificate with its key, as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes certificates in a folder, by the openssl of this machine. */
export class Authority {
  readonly #folder: string;
  readonly #name: string;
  /** Its own. */
  readonly root: Certificate;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.root = this.#files(name);
    openssl([
      ...['req', '-x509', ...this.#newKey(this.root), '-out', this.root.cert, '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE'],
    ]);
  }

  /** A certificate for this machine. @param days how long it is valid; negative: it has expired */
  issue(name: string, days = 2): Certificate {
    const made = this.#files(`${this.#name}-${name}`);
    const request = join(this.#folder, `${name}.csr`);
    const extensions = join(this.#folder, 'extensions.txt');
    writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1');
    openssl(['req', ...this.#newKey(made), '-out', request, '-subj', `/CN=${name}`]);
    openssl([
      ...['x509', '-req', '-in', request, '-out', made.cert, '-extfile', extensions],
      ...['-CA', this.root.cert, '-CAkey', this.root.key, '-CAcreateserial', '-days', `${days}`],
    ]);
    return made;
  }

  #files(name: string): Certificate {
    return { cert: join(this.#folder, `${name}.pem`), key: join(this.#folder, `${name}.key`) };
  }

  #newKey({ key }: Certificate): string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key];
  }
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}

/** What ends TLS in front of a Temporal server without it. */
export class TlsFront {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(behind: string, options: TlsOptions): Promise<TlsFront> {
    const [host, port] = behind.split(':');
    const server = createServer({ ...options, ALPNProtocols: ['h2'] }, (secure) => {
      const plain = connect(Number(port), host);
      secure.on('error', () => plain.destroy()).on('close', () => plain.destroy());
      plain.on('error', () => secure.destroy()).on('close', () => secure.destroy());
      secure.pipe(plain).pipe(secure);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server);
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
  }
}
