import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { AccessClient } from '../client/access.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Caller } from './api-route.ts';
import { ANYBODY, bearerOf, createAuthenticate } from './authenticate.ts';
import { checkLocal } from './loopback.ts';
import type { OidcSettings } from './oidc/oidc-settings.ts';
import { answerable } from './problem.ts';
import { createRateLimit } from './rate-limit.ts';

/** Options of {@link createGate}. */
export interface GateOptions {
  readonly access: Pick<AccessClient, 'identify'>;
  /** False: whoever reaches it may do all; for a host that only this machine reaches. */
  readonly asksForTokens: boolean;
  /** Whose tokens it takes beside its own. */
  readonly oidc?: OidcSettings | undefined;
  /** Where the Web UI is, whose pages may use the codec endpoint. */
  readonly webUiOrigins: readonly string[];
  /** Requests a second for each caller, over time; 0: no limit. */
  readonly requestsPerSecond: number;
}

/** Who may call, and how often. */
export interface Gate {
  /** Tells who calls, and lets nobody call too often. @throws HoldfastError why it may not call */
  enter(context: Context): Promise<Caller>;
  /** Why one that has entered would not be let in any more; undefined: it would, or that is not known. */
  whyOut(context: Context): Promise<HoldfastError | undefined>;
}

/** Tokens of which it is remembered who they let in. */
const MOST_KNOWN = 1_000;

/** The {@link Gate} of an API. */
export function createGate(options: GateOptions): Gate {
  const { access, asksForTokens, oidc, webUiOrigins, requestsPerSecond } = options;
  const authenticate = createAuthenticate(access, oidc);
  const limit = createRateLimit({ perSecond: requestsPerSecond });
  const known = new KnownTokens();
  const take = (who: string): void => {
    const waitSeconds = limit.take(who);
    if (waitSeconds > 0) throw tooFast(waitSeconds, requestsPerSecond);
  };
  const identify = async (token: string | undefined, peer: string): Promise<Caller> => {
    const who = known.whoOf(token);
    // A token that nobody knows costs a look-up: a flood of them must end before the ledger.
    take(who ?? peer);
    const caller = await authenticate(token).catch((error: unknown) => {
      if (!answerable(error).retryable) known.forget(token);
      // Nobody was refused: the ledger or the provider is away, which is to be told.
      else if (who === undefined) limit.giveBack(peer);
      throw error;
    });
    known.remember(token, caller.who);
    if (who !== undefined) return caller;
    // It was an honest one: its peer may be a proxy that many share.
    limit.giveBack(peer);
    take(caller.who);
    return caller;
  };
  return {
    async enter(context) {
      const { headers } = context.req.raw;
      if (asksForTokens) return identify(bearerOf(headers.get('authorization')), peerOf(context));
      checkLocal(headers, context.req.path.startsWith('/codec/') ? webUiOrigins : []);
      take(ANYBODY.who);
      return ANYBODY;
    },
    async whyOut(context) {
      if (!asksForTokens) return undefined;
      const token = bearerOf(context.req.raw.headers.get('authorization'));
      const error = await authenticate(token).then(() => undefined, answerable);
      // While the ledger or the provider is away, nobody knows better than before.
      return error?.code === 'unauthorized' ? error : undefined;
    },
  };
}

/** Whom the tokens that came last have let in. */
class KnownTokens {
  readonly #known = new Map<string, string>();

  whoOf(token: string | undefined): string | undefined {
    return token === undefined ? undefined : this.#known.get(token);
  }

  remember(token: string | undefined, who: string): void {
    if (token === undefined) return;
    // The one that came last stands last: the first is the one to forget.
    this.#known.delete(token);
    this.#known.set(token, who);
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value!);
  }

  forget(token: string | undefined): void {
    if (token !== undefined) this.#known.delete(token);
  }
}

/** Where a request comes from; behind a proxy that is the proxy. */
function peerOf({ env }: Context): string {
  const { incoming } = (env ?? {}) as Partial<HttpBindings>;
  return `peer ${incoming?.socket.remoteAddress ?? 'unknown'}`;
}

function tooFast(retryAfter: number, perSecond: number): HoldfastError {
  return new HoldfastError('rate_limited', `expected at most ${perSecond} requests a second`, {
    hint: `wait ${retryAfter} s, and submit many jobs with POST /v1/jobs/bulk`,
    details: { retryAfter },
  });
}
