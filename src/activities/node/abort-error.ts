/** The reason of a handler's `ctx.signal`, named as `fetch` and other builtins name theirs. */
export function abortError(message: string): Error {
  const error = new Error(message);
  error.name = 'AbortError';
  return error;
}
