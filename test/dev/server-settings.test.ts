import { describe, expect, it } from 'vitest';
import { dynamicConfigArguments, dynamicConfigFile } from '../../dist/dev/server-settings.js';
import { SERVER_SETTINGS } from '../../dist/domain/server-settings.js';

describe('the settings of every server', () => {
  it('are in the file of the bare server, as lists of values', () => {
    const file = JSON.parse(dynamicConfigFile()) as Record<string, unknown>;
    expect(Object.keys(file)).toEqual(Object.keys(SERVER_SETTINGS));
    expect(file['matching.enableFairness']).toEqual([{ value: true }]);
    expect(file['history.transferProcessorMaxPollRPS']).toEqual([{ value: 1000 }]);
  });

  it('are among the arguments of the command line', () => {
    const args = dynamicConfigArguments();
    expect(args).toHaveLength(2 * Object.keys(SERVER_SETTINGS).length);
    expect(args.slice(0, 2)).toEqual([
      '--dynamic-config-value',
      'frontend.enableCancelWorkerPollsOnShutdown=true',
    ]);
  });
});
