import type { Command } from 'commander';
import { amountsOption } from './option-values.ts';

/** Adds the flag that says how much there is of which resources: the setting `resources`. */
export function addResourceOption(command: Command): Command {
  return command
    .optionsGroup('What jobs may hold while they run:')
    .addOption(
      amountsOption(
        '--resource <name=capacity>',
        'how much there is of it; pool/name=capacity for one pool; repeatable',
        0,
      ),
    );
}
