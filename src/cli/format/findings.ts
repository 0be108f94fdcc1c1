import { counted } from '../../domain/counted.ts';
import type { Finding, Severity } from '../../domain/doctor/finding.ts';
import { countFindings } from '../../domain/doctor/finding.ts';
import { oneLine } from '../report-error.ts';
import { paint } from './paint.ts';

/** What the doctor found, for people: a line each, and a second one with what to do. */
export function formatFindings(findings: readonly Finding[]): string[] {
  const width = Math.max(0, ...findings.map(({ check }) => groupOf(check).length));
  return findings.flatMap(({ check, severity, what, todo }) => {
    const group = groupOf(check).padEnd(width);
    const indent = ' '.repeat(SEVERITY_WIDTH + group.length + 4);
    const hint = todo === undefined ? [] : [`${indent}→ ${oneLine(todo)}`];
    return [`${paint(severity.padEnd(SEVERITY_WIDTH))}  ${group}  ${oneLine(what)}`, ...hint];
  });
}

/** How many findings there are of each severity, in words. */
export function formatCounts(findings: readonly Finding[]): string {
  const counts = countFindings(findings);
  const texts = (['problem', 'warning', 'unknown', 'ok'] as const).map((severity) =>
    NOUNS.includes(severity)
      ? counted(counts[severity], severity)
      : `${counts[severity]} ${severity}`,
  );
  return texts.join(', ');
}

const SEVERITY_WIDTH = 'warning'.length;

const NOUNS: readonly Severity[] = ['problem', 'warning'];

function groupOf(check: Finding['check']): string {
  return check.split('.')[0] ?? check;
}
