import type { Config } from './load-config.ts';
import { loadConfig } from './load-config.ts';

/** A configuration that a program hands over, or where it is. */
export interface ConfigOption {
  /**
   * The path of a configuration file, or what `loadConfig` gave.
   *
   * @default HOLDFAST_CONFIG, else the nearest holdfast.yaml of the working folder or above, if there is one
   */
  readonly config?: string | Config;
}

/** The configuration that is meant. @throws HoldfastError `invalid_input` when it is wrong */
export async function givenConfig({ config }: ConfigOption): Promise<Config> {
  if (typeof config === 'object') return config;
  return loadConfig({ file: config });
}
