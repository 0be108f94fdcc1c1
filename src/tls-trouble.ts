import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import type { TemporalConfig } from './config/temporal.ts';

const PATIENCE_MS = 3_000;

const NEEDS_OURS =
  'the server asks for a client certificate; set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';
const REFUSES_OURS = 'the server does not accept our client certificate';

/** OpenSSL's and Node's words for what one of the two sides did not like. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/CERT_HAS_EXPIRED/, 'the certificate of the server has expired'],
  [/CERT_NOT_YET_VALID/, 'the certificate of the server is not valid yet: compare the clocks'],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_/,
    'the certificate of the server is of no authority that we trust; set TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  ],
  [
    /ERR_TLS_CERT_ALTNAME/,
    'the certificate of the server is for another name; set TEMPORAL_TLS_SERVER_NAME',
  ],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, 'the server does not speak TLS'],
  [/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/, NEEDS_OURS],
  [/ALERT_CERTIFICATE_EXPIRED/, 'the server says that our client certificate has expired'],
  [/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE)/, REFUSES_OURS],
  [/KEY_VALUES_MISMATCH/, 'the client certificate and its key do not belong together'],
  [/PEM|NO_START_LINE|ASN1/, 'a certificate or key cannot be read; is it PEM?'],
];

/** How a handshake ended. */
type Handshake =
  | { readonly kind: 'fine' | 'silence' }
  /** The server ended the connection after it, before it said anything. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'failed'; readonly words: string };

/**
 * Why no connection comes about, when it is TLS that keeps it from it: the SDK's connections only say that
 * there is none. It makes one of its own to see.
 */
export async function tlsTrouble({
  connectionOptions: { address, tls },
}: Pick<TemporalConfig, 'connectionOptions'>): Promise<string | undefined> {
  const isWanted = tls !== undefined && tls !== null && tls !== false;
  const settings = typeof tls === 'object' && tls !== null ? tls : {};
  const seen = await shakeHands(address, settings);
  if (!isWanted)
    return speaksTls(seen) ? 'the server speaks TLS only; set TEMPORAL_TLS=true' : undefined;
  if (seen.kind === 'cut') return settings.clientCertPair === undefined ? NEEDS_OURS : REFUSES_OURS;
  if (seen.kind !== 'failed') return undefined;
  return REASONS.find(([pattern]) => pattern.test(seen.words))?.[1];
}

/** Any answer in its language tells. */
function speaksTls(seen: Handshake): boolean {
  if (seen.kind === 'failed') return /CERT|ALERT|ALTNAME/.test(seen.words);
  return seen.kind !== 'silence';
}

type TlsSettings = Exclude<TemporalConfig['connectionOptions']['tls'], boolean | null | undefined>;

async function shakeHands(address: string, settings: TlsSettings): Promise<Handshake> {
  try {
    return await watch(connect(optionsFor(address, settings)));
  } catch (error) {
    // Such as a certificate that is none.
    return { kind: 'failed', words: wordsOf(error as Error) };
  }
}

function optionsFor(address: string, settings: TlsSettings): ConnectionOptions {
  const { serverNameOverride, serverRootCACertificate: ca, clientCertPair: own } = settings;
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[(.*)\]$/, '$1');
  const servername = serverNameOverride ?? host;
  const isIp = /^[\d.]+$|:/.test(servername);
  return {
    host,
    port: Number(address.slice(at + 1)),
    ALPNProtocols: ['h2'],
    ...(isIp ? {} : { servername }),
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
    ...(own === undefined ? {} : { cert: Buffer.from(own.crt), key: Buffer.from(own.key) }),
  };
}

/** In TLS 1.3 a server says after the handshake that it does not like our certificate; HTTP/2 begins then, too. */
function watch(socket: TLSSocket): Promise<Handshake> {
  return new Promise((resolve) => {
    let isSecure = false;
    const end = (seen: Handshake): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(seen);
    };
    const endCut = (): void => end({ kind: isSecure ? 'cut' : 'silence' });
    const timer = setTimeout(() => end({ kind: isSecure ? 'fine' : 'silence' }), PATIENCE_MS);
    socket.once('secureConnect', () => (isSecure = true));
    socket.once('data', () => end({ kind: 'fine' }));
    socket.once('close', endCut);
    socket.once('error', (error: Error) => {
      const words = wordsOf(error);
      if (/ECONNRESET|EPIPE|ECONNREFUSED/.test(words)) endCut();
      else end({ kind: 'failed', words });
    });
  });
}

/** All that an error says, in the manner of its codes. */
function wordsOf(error: Error): string {
  const { code = '', reason = '' } = error as NodeJS.ErrnoException & { reason?: string };
  return [code, reason, error.message].join(' ').toUpperCase().replaceAll(' ', '_');
}
