import type { ProgressState } from '../progress.ts';
import { oneLine } from '../report-error.ts';

const BAR_WIDTH = 24;

/** How far some work is as one line, with a bar where it is known how much there is. */
export function formatProgress({ share, text }: ProgressState): string {
  if (share === undefined) return oneLine(text);
  const done = Math.min(1, Math.max(0, share));
  const filled = Math.round(done * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `${bar} ${String(Math.floor(done * 100)).padStart(3)} %  ${oneLine(text)}`;
}
