import { formatLength } from '../length.ts';
import type { Finding } from './finding.ts';
import { ok, warning } from './finding.ts';

/** Sessions in which results wait behind an index that is missing or whose job is open. */
export interface SessionFacts {
  readonly held: number;
  /** Those that have waited longest. */
  readonly longest: readonly {
    readonly id: string;
    /** The index that the others wait for. */
    readonly index: number;
    readonly heldMs: number;
    /** When that is passed over; undefined: never. */
    readonly skipsInMs: number | undefined;
  }[];
}

/** A job may take minutes; after so long somebody should know. */
const LONG_MS = 5 * 60_000;

/** Which sessions are held up, and by what. */
export function sessionFindings({ held, longest }: SessionFacts): Finding[] {
  const check = 'sessions.held';
  const long = longest.filter(({ heldMs }) => heldMs >= LONG_MS);
  if (long.length === 0) {
    return [ok(check, `no session is held up for longer than ${LONG_MS / 60_000} min`)];
  }
  const findings = long.map(({ id, index, heldMs, skipsInMs }) => {
    const until =
      skipsInMs === undefined
        ? 'for as long as it takes'
        : `until it is passed over in ${formatLength(Math.max(0, skipsInMs))}`;
    return warning(
      check,
      `session ${id} has waited for index ${index} for ${formatLength(heldMs)}, ${until}`,
      `\`holdfast sessions show ${id}\`, and \`holdfast jobs list --session ${id}\` for its job`,
    );
  });
  if (held <= longest.length) return findings;
  return [
    ...findings,
    warning(check, `${held} sessions are held up in all`, '`holdfast sessions list --state open`'),
  ];
}
