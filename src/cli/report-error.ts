import { inspect, stripVTControlCharacters } from 'node:util';
import type { ErrorCode } from '../domain/errors.ts';
import { HoldfastError } from '../domain/errors.ts';

/** An error as the command line tells it. */
export interface ErrorReport {
  readonly code: ErrorCode;
  /** One line. */
  readonly message: string;
  /** What to do about it, one line. */
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  /** The error with its stack and causes, for `HOLDFAST_DEBUG`. */
  readonly debug: string;
}

/** Any error as a report; one that nobody foresaw is `internal`. */
export function reportOf(error: unknown): ErrorReport {
  const debug = inspect(error, { depth: 5 });
  if (error instanceof HoldfastError) {
    const { code, message, hint, details } = error;
    return {
      code,
      message: oneLine(message),
      hint: hint === undefined ? undefined : oneLine(hint),
      details,
      debug,
    };
  }
  return {
    code: 'internal',
    message: oneLine(messageOf(error)),
    hint: 'set HOLDFAST_DEBUG=1 to see where it comes from',
    details: {},
    debug,
  };
}

/** The text of a report: a line and perhaps its hint, or one JSON document. */
export function formatReport(
  { code, message, hint, details, debug }: ErrorReport,
  { asJson, isDebug }: { asJson: boolean; isDebug: boolean },
): string {
  if (asJson) {
    const error = { code, message, hint: hint ?? null, details, ...(isDebug ? { debug } : {}) };
    return JSON.stringify({ error });
  }
  return [
    `error ${code}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    ...(isDebug ? [debug] : []),
  ].join('\n');
}

/** A text without line breaks and control characters, so that it cannot rearrange the terminal. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s*[\p{Cc}\u2028\u2029]+\s*/gu, ' ')
    .trim();
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join('; ');
  }
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return String(error);
}
