import { Document, isMap, Scalar, visit } from 'yaml';
import type { HoldfastClient } from '../../client/connect.ts';

type Stored = Awaited<ReturnType<HoldfastClient['schedules']['export']>>[number];

/** Schedules as a YAML file that reads back as the same definitions. */
export function formatSchedulesYaml(schedules: readonly Stored[]): string {
  const definitions = schedules.map(({ document }) => document);
  const yaml = new Document({ schedules: definitions }, { aliasDuplicateObjects: false });
  visit(yaml, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && !isPlain(scalar.value)) {
        scalar.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  schedules.forEach(({ paused }, index) => {
    const node = yaml.getIn(['schedules', index]);
    if (paused === undefined || !isMap(node)) return;
    // A pause is no part of the definition, and no apply touches it.
    const about = `paused by ${paused.by} at ${paused.at.toISOString()}: ${paused.reason}`;
    node.commentBefore = ` ${about.replace(/[^\P{C} ]|[\u2028\u2029]/gu, ' ')}`;
  });
  // Long texts stay on their line: folding is for eyes, and costs blanks at the ends of lines.
  return yaml.toString({ lineWidth: 0 });
}

/** Control characters, lone surrogates and the like only survive as escapes. */
function isPlain(text: string): boolean {
  return /^[^\p{C}\u2028\u2029]*$/u.test(text);
}
