import type { CommanderError } from 'commander';
import { HoldfastError } from '../domain/errors.ts';

/** The error for a command line that was not understood. */
export function usageError(message: string, hint: string): HoldfastError {
  return new HoldfastError('usage', message, { hint });
}

/**
 * What commander found wrong, in the words of the other errors.
 *
 * @param command the full name of the command that it belongs to
 */
export function usageErrorOf({ message }: CommanderError, command: string): HoldfastError {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const suggestion = /^\((Did you mean .*\?)\)$/.exec(rest.join(' '))?.[1];
  return usageError(
    first.replace(/\.$/, ''),
    suggestion === undefined
      ? `see \`${command} --help\``
      : suggestion.replace('Did you mean', 'did you mean'),
  );
}
