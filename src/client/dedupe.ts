import { checkChoice } from '../domain/check.ts';
import { invalid } from '../domain/errors.ts';

/** What becomes of a submit whose place in a session another job holds. */
export type Dedupe = (typeof DEDUPES)[number];

/** Every {@link Dedupe}. */
export const DEDUPES = ['reject', 'attach', 'replace'] as const;

/** Checks the option by itself. @throws HoldfastError `invalid_input` */
export function checkDedupe(
  { session, dedupe }: { readonly session?: unknown; readonly dedupe?: unknown },
  path: string,
): void {
  if (dedupe === undefined) return;
  checkChoice(dedupe, DEDUPES, path);
  if (session === undefined) throw invalid(path, 'a session beside it', dedupe);
}
