import { HoldfastError } from '../domain/errors.ts';

/** The error for a caller of whom it is not known who it is. */
export function unauthorized(why: string): HoldfastError {
  return new HoldfastError('unauthorized', `authorization: ${why}`, {
    hint: 'send `Authorization: Bearer <token>`; `holdfast tokens create` makes one',
  });
}
