import { HoldfastError } from './errors.ts';

/** The error for an id that neither Temporal nor the ledger knows. */
export function jobNotFound(id: string): HoldfastError {
  return new HoldfastError('job_not_found', `no job has the id ${JSON.stringify(id)}`, {
    hint: 'see `holdfast jobs list`',
  });
}
