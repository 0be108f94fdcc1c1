import type { Command } from 'commander';
import type { SubmitOptions } from '../client/job-request.ts';
import type { PinOptions } from '../client/pin-options.ts';
import type { Duration } from '../domain/duration.ts';
import { ON_OFFLINE } from '../domain/job.ts';
import type { Labels } from '../domain/labels.ts';
import { choiceOption, durationOption, labelOption } from './option-values.ts';
import { usageError } from './usage-error.ts';

/** The options by which a submit says where its job runs. */
export interface PlacementFlags {
  readonly pin?: string;
  readonly onOffline?: NonNullable<PinOptions['onOffline']>;
  readonly pinAfter?: Duration;
  readonly label?: Labels;
  readonly preferLabel?: Labels;
  readonly each?: boolean;
  readonly pendingFailAfter?: Duration;
  readonly pendingReassignAfter?: Duration;
}

/** Adds the options of {@link PlacementFlags}. */
export function addPlacementOptions(command: Command): Command {
  return command
    .optionsGroup('Where it runs:')
    .option('--pin <node>', 'run it on this node')
    .addOption(
      choiceOption(
        '--on-offline <what>',
        'if the node of --pin takes no work (default: wait)',
        ON_OFFLINE,
      ),
    )
    .addOption(durationOption('--pin-after <time>', 'wait this long before fallback or fail'))
    .addOption(labelOption('--label <name=value>', 'only a node with this label; repeatable'))
    .addOption(labelOption('--prefer-label <name=value>', 'a node with it first; repeatable'))
    .option('--each', 'run it once on every node of the pool that is online')
    .addOption(
      durationOption('--pending-fail-after <time>', 'fail it when no node took it in this time'),
    )
    .addOption(
      durationOption(
        '--pending-reassign-after <time>',
        'place it again when its node did not take it (default: 5m)',
      ),
    );
}

/** What the flags ask for, as options of a submit. */
export function placementOf(flags: PlacementFlags): Partial<SubmitOptions> {
  const { label, preferLabel, each, pendingFailAfter, pendingReassignAfter } = flags;
  const pin = pinOf(flags);
  const pending = {
    ...(pendingFailAfter === undefined ? {} : { failAfter: pendingFailAfter }),
    ...(pendingReassignAfter === undefined ? {} : { reassignAfter: pendingReassignAfter }),
  };
  return {
    ...(pin === undefined ? {} : { pin }),
    ...(label === undefined ? {} : { labels: label }),
    ...(preferLabel === undefined ? {} : { preferLabels: preferLabel }),
    ...(each === true ? { placement: 'each' } : {}),
    ...(Object.keys(pending).length === 0 ? {} : { pending }),
  };
}

function pinOf({ pin, onOffline, pinAfter }: PlacementFlags): PinOptions | undefined {
  if (pin === undefined) {
    const given = onOffline === undefined ? pinAfter && 'pin-after' : 'on-offline';
    if (given === undefined) return undefined;
    throw usageError(
      `--pin: expected a node beside --${given}, got nothing`,
      `--${given} says what becomes of a job that is pinned to a node`,
    );
  }
  return {
    node: pin,
    ...(onOffline === undefined ? {} : { onOffline }),
    ...(pinAfter === undefined ? {} : { after: pinAfter }),
  };
}
