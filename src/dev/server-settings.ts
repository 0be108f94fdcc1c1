import { SERVER_SETTINGS } from '../domain/server-settings.ts';

/** {@link SERVER_SETTINGS} as the text of a dynamic configuration file (JSON, which is YAML too). */
export function dynamicConfigFile(): string {
  const entries = Object.entries(SERVER_SETTINGS).map(([key, value]) => [key, [{ value }]]);
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}

/** {@link SERVER_SETTINGS} as arguments of `temporal server start-dev`. */
export function dynamicConfigArguments(): string[] {
  return Object.entries(SERVER_SETTINGS).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]);
}
