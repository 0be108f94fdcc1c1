import type { Command } from 'commander';
import { Option } from 'commander';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import { show } from '../domain/errors.ts';
import type { StormPolicy } from '../domain/storm.ts';
import { countOption, durationOption } from './option-values.ts';
import { usageError } from './usage-error.ts';

/** The flags of {@link addStormOptions}. */
export interface StormFlags {
  readonly stormShare: number;
  readonly stormNodes: number;
  readonly stormWindow: Duration;
  readonly stormHold: Duration;
}

/** Adds the flags that say when losses of nodes pause the failover of a pool. */
export function addStormOptions(command: Command): Command {
  return command
    .optionsGroup('When a pool loses most of its nodes:')
    .addOption(
      shareOption(
        '--storm-share <share>',
        'more than this share of a pool lost pauses its failover',
      )
        .default(0.5)
        .env('HOLDFAST_STORM_SHARE'),
    )
    .addOption(
      countOption('--storm-nodes <count>', 'fewer lost nodes are no storm', 1)
        .default(3)
        .env('HOLDFAST_STORM_NODES'),
    )
    .addOption(
      durationOption('--storm-window <time>', 'losses this close to each other count together')
        .default('10s')
        .env('HOLDFAST_STORM_WINDOW'),
    )
    .addOption(
      durationOption('--storm-hold <time>', 'how long failover pauses')
        .default('30s')
        .env('HOLDFAST_STORM_HOLD'),
    );
}

/** The policy that the flags ask for. */
export function stormPolicy(flags: StormFlags): StormPolicy {
  return {
    share: flags.stormShare,
    leastNodes: flags.stormNodes,
    windowMs: parseDuration(flags.stormWindow, '--storm-window'),
    holdMs: parseDuration(flags.stormHold, '--storm-hold'),
  };
}

function shareOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const share = Number(text);
    if (text.trim() !== '' && share >= 0 && share <= 1) return share;
    throw usageError(
      `--storm-share: expected a number from 0 to 1, got ${show(text)}`,
      'for example --storm-share 0.5',
    );
  });
}
