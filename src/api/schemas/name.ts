import { z } from '@hono/zod-openapi';
import { parseIsoTime } from '../../domain/iso-time.ts';

/** An id or a name: see `checkName` of the domain, which also refuses half surrogate pairs. */
export const Name = z
  .string()
  .min(1)
  .max(200)
  // Control characters are what the expression is about.
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000-\u001f\u007f-\u009f]+$/, 'expected printable characters only');

/** Why something is done, for those who read it later. */
export const Reason = z
  .string()
  .min(1)
  .max(500)
  // What PostgreSQL has no text for is what the expression is about.
  // eslint-disable-next-line no-control-regex
  .regex(/^[^\u0000]*[^\s\u0000][^\u0000]*$/, 'expected words, without NUL');

/** A length of time. */
export const Time = z
  .union([
    z.int().min(0),
    z.string().regex(/^\d{1,12}(ms|s|m|h|d)$/, 'expected a duration such as "60s"'),
  ])
  .openapi('Duration', {
    description: 'Milliseconds, or a whole number with ms, s, m, h or d, such as "60s".',
    example: '60s',
  });

/** Anything that JSON can carry. */
export const AnyJson = z.any().openapi({ description: 'Any JSON value.' });

/** A time, as ISO 8601 in UTC. */
export const At = z.string().openapi({ format: 'date-time', example: '2026-01-31T09:30:00.000Z' });

/** A time that is given, as ISO 8601 with its zone. */
export const GivenTime = z
  .string()
  .transform((text, context) => {
    try {
      return new Date(parseIsoTime(text, 'time'));
    } catch {
      context.addIssue('expected a time such as "2026-06-03T12:02:00Z"');
      return z.NEVER;
    }
  })
  .openapi({ type: 'string', format: 'date-time', example: '2026-06-03T12:02:00Z' });

/** A whole number in a query, where all is text. */
export function queryNumber(minimum: number, maximum: number, otherwise: number) {
  return z
    .string()
    .regex(/^-?\d{1,16}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .optional()
    .transform((given) => given ?? otherwise)
    .openapi({ type: 'integer', minimum, maximum, default: otherwise });
}

/** How many of a list a page has. */
export const Limit = queryNumber(1, 1000, 50);

/** Where a page begins. */
export const Cursor = z
  .string()
  // What is longer than a cursor can be, or percent-encoded to more, would not fit into a request's head.
  .max(2000)
  .regex(/^[A-Za-z0-9_-]+$/, 'expected the cursor that the page before gave')
  .optional()
  .openapi({ description: 'The `cursor` of the page before.' });
