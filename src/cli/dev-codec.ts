import type { Config } from '../config/load-config.ts';
import type { Logger } from 'pino';
import type { RunningApi } from '../api/start-api.ts';
import type { Embedded } from '../dev/embedded.ts';

/** The codec endpoint of `holdfast dev`: where the Web UI will find it, and what serves it. */
interface DevCodec {
  readonly endpoint: string;
  /** Serves it with the REST API, for this machine only. Call it once. */
  serve(embedded: Embedded, log: Logger): Promise<RunningApi>;
}

const WANTED_PORT = 8080;

/** Undefined when this process has no keys: then there is nothing to decrypt. */
export async function planDevCodec(config: Config): Promise<DevCodec | undefined> {
  const { temporalConfig } = await import('../config/temporal.ts');
  if (!temporalConfig(config.temporal).encryption.isOn) return undefined;
  const { choosePort } = await import('../dev/choose-port.ts');
  const chosen = await choosePort(WANTED_PORT);
  const { port } = chosen;
  return {
    endpoint: `http://127.0.0.1:${port}/codec`,
    serve: async ({ temporal, databaseUrl, webUi }, log) => {
      const { startApi } = await import('../api/start-api.ts');
      try {
        return await startApi({
          ...{ temporal, databaseUrl, host: '127.0.0.1', port, log },
          requestsPerSecond: 0,
          auth: false,
          webUiOrigins: webUi === undefined ? [] : [webUi, webUi.replace('127.0.0.1', 'localhost')],
        });
      } finally {
        await chosen.release();
      }
    },
  };
}
