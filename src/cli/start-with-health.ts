import type { Command } from 'commander';
import { Option } from 'commander';
import type { Logger } from 'pino';
import type { ReadyCheck } from '../workers/health-server.ts';
import type { Running } from './run-until-stopped.ts';

/** The options of a command whose process serves health and metrics. */
export interface HealthFlags {
  readonly healthAddress?: string;
}

/** A part of a process that can say why it does no work. */
type Part = Running & { readonly whyNotReady: ReadyCheck };

/** Adds the options of {@link HealthFlags}. */
export function addHealthOptions(command: Command): Command {
  return command
    .optionsGroup('Health and metrics:')
    .addOption(
      new Option(
        '--health-address <host:port>',
        'where /livez, /readyz and /metrics are (default: 127.0.0.1:9464, or a free port)',
      ).env('HOLDFAST_HEALTH_ADDRESS'),
    );
}

/** Starts a part of the process beside the endpoint that tells of its health; both stop together. */
export async function startWithHealth(
  name: string,
  { healthAddress }: HealthFlags,
  log: Logger,
  start: () => Promise<Part>,
): Promise<Running> {
  const { serveHealth } = await import('../workers/health-server.ts');
  const address = healthAddress === undefined ? {} : { address: healthAddress };
  const health = await serveHealth({ ...address, log });
  try {
    const part = await start();
    health.addCheck(name, part.whyNotReady);
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
