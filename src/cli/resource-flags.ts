import type { Command } from 'commander';
import { amountsOption } from './option-values.ts';

/** The flag of {@link addResourceOption}. */
export interface ResourceFlags {
  readonly resource?: Readonly<Record<string, number>>;
}

/** Adds the flag that says how much there is of which resources. */
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

/** The resources that the flags name, as an option of an orchestrator. */
export function resourcesOf({ resource }: ResourceFlags): {
  readonly resources?: Readonly<Record<string, number>>;
} {
  return resource === undefined ? {} : { resources: resource };
}
