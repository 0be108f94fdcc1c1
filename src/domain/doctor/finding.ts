import type { ErrorCode, HoldfastError } from '../errors.ts';

/**
 * How bad a finding is. `problem`: jobs do not run, or something is broken. `warning`: it goes on, and
 * somebody should look. `unknown`: it could not be looked at; it says nothing either way.
 */
export type Severity = 'ok' | 'warning' | 'problem' | 'unknown';

/** One thing that `holdfast doctor` looked at. */
export interface Finding {
  /** What was looked at, for programs: `<group>.<thing>`. Never renamed or used again. */
  readonly check: `${DoctorGroup}.${string}`;
  readonly severity: Severity;
  /** What was seen, one line. */
  readonly what: string;
  /** What to do about it: a command to type, or a setting to change. */
  readonly todo: string | undefined;
  /** Of a problem: the code that the command ends with, if it is the first one. */
  readonly code: ErrorCode | undefined;
}

/** What belongs together, in the order in which it is told. */
export const DOCTOR_GROUPS = [
  'temporal',
  'settings',
  'ledger',
  'clocks',
  'orchestrators',
  'nodes',
  'pools',
  'outbox',
  'jobs',
  'resources',
  'sessions',
  'schedules',
  'sweep',
] as const;

/** One of {@link DOCTOR_GROUPS}. */
export type DoctorGroup = (typeof DOCTOR_GROUPS)[number];

type Check = Finding['check'];

/** All is well. */
export function ok(check: Check, what: string): Finding {
  return { check, severity: 'ok', what, todo: undefined, code: undefined };
}

/** It goes on, and somebody should look. */
export function warning(check: Check, what: string, todo: string): Finding {
  return { check, severity: 'warning', what, todo, code: undefined };
}

/** Jobs do not run, or something is broken. */
export function problem(
  check: Check,
  what: string,
  todo: string,
  code: ErrorCode = 'problems_found',
): Finding {
  return { check, severity: 'problem', what, todo, code };
}

/** It cannot be seen from here. */
export function unknown(check: Check, what: string, todo?: string): Finding {
  return { check, severity: 'unknown', what, todo, code: undefined };
}

/** What a server answered in the place of what was asked. */
export function failed(check: Check, { message, hint, code }: HoldfastError): Finding {
  return problem(check, message, hint ?? `see what the server itself logs`, code);
}

/** The first problem, in the order of the findings. */
export function firstProblem(findings: readonly Finding[]): Finding | undefined {
  return findings.find(({ severity }) => severity === 'problem');
}

/** How many findings there are of each severity. */
export function countFindings(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { ok: 0, warning: 0, problem: 0, unknown: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
