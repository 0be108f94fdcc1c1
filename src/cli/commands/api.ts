import { Command } from 'commander';
import { keyOf } from '../../config/setting.ts';
import { API_SETTINGS } from '../../config/api-settings.ts';
import { addLogOptions, createLog, LOG_SETTINGS } from '../create-log.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions, findConnection } from '../find-connection.ts';
import { oidcOptions } from '../oidc-options.ts';
import { runUntilStopped } from '../run-until-stopped.ts';
import { addSettings } from '../setting-flags.ts';
import type { Terminal } from '../terminal.ts';

interface ApiFlags extends ConnectionFlags {
  readonly printOpenapi?: boolean;
}

const OWN = ['host', 'port', 'rateLimit', 'auth', 'webUiOrigins'].map((name) => `api.${name}`);
const OIDC = Object.keys(API_SETTINGS.oidc).map((field) => `api.oidc.${keyOf(field)}`);

/** `holdfast api`: the REST API; needs Temporal and the ledger. */
export function apiCommand(terminal: Terminal): Command {
  const command = new Command('api')
    .summary('serve the REST API; any number of them may run')
    .description(
      'Serves the REST API: a page for readers at /docs, the OpenAPI document at ' +
        '/openapi.json. It keeps nothing itself: run as many as you like.',
    )
    .option('--print-openapi', 'print the OpenAPI document and end; needs no servers')
    .addHelpText('after', HELP);
  addSettings(command, 'Options:', OWN);
  addSettings(command, 'Tokens of an OpenID Connect provider:', OIDC);
  addConnectionOptions(command);
  addLogOptions(command);
  return command.action((flags: ApiFlags) =>
    flags.printOpenapi === true ? print(terminal) : serve(terminal, flags),
  );
}

async function print(terminal: Terminal): Promise<void> {
  const { openApiDocument } = await import('../../api/open-api.ts');
  const { apiVersion } = await import('../../api/start-api.ts');
  await terminal.print(JSON.stringify(openApiDocument(apiVersion()), undefined, 2));
}

function serve(terminal: Terminal, flags: ApiFlags): Promise<void> {
  return runUntilStopped(terminal, async () => {
    const { config } = await findConnection(flags, terminal, [...OWN, ...OIDC, ...LOG_SETTINGS]);
    const log = await createLog(config.log, terminal);
    const { startApi } = await import('../../api/start-api.ts');
    const { host, port, rateLimit: requestsPerSecond, auth } = config.api;
    const own = { host, port, requestsPerSecond, ...(auth === undefined ? {} : { auth }) };
    const { webUiOrigins = [] } = config.api;
    return startApi({ config, ...own, webUiOrigins, oidc: oidcOptions(config.api), log });
  });
}

const HELP = `
Each call needs a token of \`holdfast tokens create\`, or one of the provider that
--oidc-issuer names. On loopback, where there was neither ever, none is asked
for, and the log says so.

Examples:
  $ holdfast api
  $ holdfast api --host 0.0.0.0 --port 80
  $ holdfast api --oidc-issuer https://login.example.com --oidc-audience holdfast
  $ holdfast api --web-ui-origin https://temporal.example.com
  $ holdfast api --print-openapi > openapi.json`;
