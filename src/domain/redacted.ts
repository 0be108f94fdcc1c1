/** Names of fields whose values no log shows, whoever logs them. */
const NAMES = [
  'token',
  'resultToken',
  'authorization',
  'cookie',
  'password',
  'apiKey',
  'databaseUrl',
  'connectionString',
  'encryptionKeys',
];

/** What the log leaves out: pino's option `redact`. */
export const REDACTED: { paths: string[]; censor: string } = {
  paths: NAMES.flatMap((name) => [name, `*.${name}`]),
  censor: '[secret]',
};
