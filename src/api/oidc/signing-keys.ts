import type { FlattenedJWSInput, JWKSCacheInput, JWTHeaderParameters, JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, createRemoteJWKSet, errors, jwksCache } from 'jose';
import { HoldfastError } from '../../domain/errors.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { urlOf } from './oidc-settings.ts';

const TIMEOUT_MS = 5_000;
/** Keys are asked for again after this, so that one that was withdrawn counts no longer. */
const FRESH_MS = 600_000;
/** While the provider does not answer, the keys that it last told are believed for so long. */
const BELIEVED_MS = 12 * 3_600_000;
/** After a token of a key that is not known, the keys are asked for again, but not more often. */
const COOLDOWN_MS = 10_000;
/** A provider that did not answer is left alone for a while, so that callers need not wait for it. */
const AWAY_MS = 5_000;

/**
 * The public keys of a provider: found by discovery, fetched when they are needed, and again when a
 * token names one that is not known.
 */
export class SigningKeys {
  readonly #settings: Pick<OidcSettings, 'issuer' | 'jwksUri'>;
  readonly #cache = {} as JWKSCacheInput & { jwks?: never; uat?: never };
  #remote: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  #awayUntil = 0;
  #why = '';

  constructor(settings: Pick<OidcSettings, 'issuer' | 'jwksUri'>) {
    this.#settings = settings;
  }

  /**
   * The key of a token.
   *
   * @throws JOSEError when the provider has no such key; HoldfastError `identity_provider_unavailable`
   *   when it cannot be asked and is not known from before
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (performance.now() < this.#awayUntil) return this.#remembered(header, token);
    try {
      this.#remote ??= this.#discover();
      return await (
        await this.#remote
      )(header, token);
    } catch (error) {
      if (isAnswer(error)) throw error;
      // The provider may have moved its keys.
      this.#remote = undefined;
      this.#awayUntil = performance.now() + AWAY_MS;
      this.#why = error instanceof Error ? whyOf(error) : String(error);
      return this.#remembered(header, token);
    }
  };

  async #discover(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const uri = this.#settings.jwksUri ?? (await this.#discoveredUri());
    return createRemoteJWKSet(uri, {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: FRESH_MS,
      cooldownDuration: COOLDOWN_MS,
      [jwksCache]: this.#cache,
    });
  }

  async #discoveredUri(): Promise<URL> {
    const { issuer } = this.#settings;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    const found = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (found?.issuer !== issuer) {
      throw new Error(`${url} is of the issuer ${JSON.stringify(found?.issuer)}, not of ${issuer}`);
    }
    return urlOf(String(found.jwks_uri), `${url}, jwks_uri`);
  }

  async #remembered(header: JWTHeaderParameters, token: FlattenedJWSInput) {
    const { jwks, uat } = this.#cache as JWKSCacheInput;
    if (jwks !== undefined && uat !== undefined && Date.now() - uat < BELIEVED_MS) {
      try {
        return await createLocalJWKSet(jwks)(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      }
    }
    throw new HoldfastError(
      'identity_provider_unavailable',
      `${this.#settings.issuer} cannot be asked for the key of this token: ${this.#why}`,
      { hint: 'tokens of `holdfast tokens create` work meanwhile' },
    );
  }
}

/** Whether the provider has answered, and it is the token that is wrong. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

function whyOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
