import { HoldfastError } from '../domain/errors.ts';

/**
 * Where the ledger is.
 *
 * @throws HoldfastError `invalid_input` when nobody has said it
 */
export function databaseUrl(given: string | undefined): string {
  if (given !== undefined && given !== '') return given;
  throw new HoldfastError(
    'invalid_input',
    'DATABASE_URL: expected the address of the ledger, got nothing',
    {
      hint: 'set DATABASE_URL=postgres://user:password@host:5432/database, or database.url in holdfast.yaml; `holdfast dev` prints one',
    },
  );
}
