import { styleText } from 'node:util';

const COLOURS = {
  green: ['succeeded', 'online', 'ok', 'valid', 'active', 'SUCCESS', 'done', 'accepted'],
  red: ['failed', 'lost', 'dead', 'offline', 'revoked', 'expired', 'FAILED', 'problem'],
  yellow: [
    'cancelled',
    'draining',
    'cordoned',
    'stopping',
    'paused',
    'warning',
    'late',
    'SKIPPED',
    'handed_back',
  ],
  cyan: ['open', 'running', 'RUNNING'],
  gray: ['unknown', 'PLANNED', 'started'],
} as const;

const COLOUR_OF = new Map<string, keyof typeof COLOURS>(
  Object.entries(COLOURS).flatMap(([colour, words]) =>
    words.map((word) => [word, colour as keyof typeof COLOURS]),
  ),
);

/**
 * The name of a state in its colour; any other text as it is. Without a terminal as standard output, and with
 * `NO_COLOR`, that is as it is, too.
 */
export function paint(text: string): string {
  const [state = ''] = text.trimEnd().split(',', 1);
  const colour = COLOUR_OF.get(state);
  return colour === undefined ? text : styleText(colour, text);
}
