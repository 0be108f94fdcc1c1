import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { ReadyCheck } from '../workers/health-server.ts';
import type { Config } from '../config/load-config.ts';
import type { Running } from './run-until-stopped.ts';
import { addSettings } from './setting-flags.ts';

/** The settings of a command whose process serves health and metrics. */
export const HEALTH_SETTINGS = ['health.address'] as const;

/** A part of a process that can say why it does no work. */
type Part = Running & { readonly whyNotReady: ReadyCheck; readonly isStandby?: boolean };

/** Adds the flags of {@link HEALTH_SETTINGS}. */
export function addHealthOptions(command: Command): Command {
  return addSettings(command, 'Health and metrics:', HEALTH_SETTINGS);
}

/** Starts a part of the process beside the endpoint that tells of its health; both stop together. */
export async function startWithHealth(
  name: string,
  { address }: Config['health'],
  log: Logger,
  start: () => Promise<Part>,
): Promise<Running> {
  const { serveHealth } = await import('../workers/health-server.ts');
  const health = await serveHealth({ ...(address === undefined ? {} : { address }), log });
  try {
    const part = await start();
    health.addCheck(name, part.whyNotReady);
    if (part.isStandby === true) health.standBy();
    log.info({ url: health.url }, 'health.listening');
    const stop = async (): Promise<void> => {
      await part.stop();
      await health.close();
    };
    return { stopped: part.stopped, stop };
  } catch (error) {
    await health.close();
    throw error;
  }
}
