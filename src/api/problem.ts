import { ERRORS, HoldfastError } from '../domain/errors.ts';

/** The media type of errors. */
export const PROBLEM_TYPE = 'application/problem+json';

/** An error as what it is answered with: RFC 9457, from the one error table. */
function problemOf({ code, message, hint, details }: HoldfastError): object {
  const { meaning, httpStatus } = ERRORS[code];
  return {
    type: `urn:holdfast:error:${code}`,
    title: meaning,
    status: httpStatus,
    detail: message,
    code,
    ...(hint === undefined ? {} : { hint }),
    details,
  };
}

/** The response of an error. */
export function problemResponse(
  error: HoldfastError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(problemOf(error)), {
    status: ERRORS[error.code].httpStatus,
    headers: { 'content-type': PROBLEM_TYPE, ...headers },
  });
}

/** Anything that was thrown as an error to answer; what nobody foresaw tells nothing of itself. */
export function answerable(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  return new HoldfastError('internal', 'the request met a defect of Holdfast', {
    cause: error,
    hint: 'see the log of `holdfast api`',
  });
}
