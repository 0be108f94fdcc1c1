import { HoldfastError } from '../domain/errors.ts';

/** The error for what a request asked for and was not done, because it was cut short. */
export function interrupted(): HoldfastError {
  return new HoldfastError(
    'interrupted',
    'the API stops, or the caller has gone: this was not begun, or not to its end',
    { hint: 'send it again, with the same ids' },
  );
}
