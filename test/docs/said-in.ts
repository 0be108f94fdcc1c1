/**
 * The lines that a page shows and that were not printed in this order, where times, numbers, random ids
 * and the width of columns may differ, and `…` stands for any text.
 */
export function saidIn(printed: string, shown: string): string[] {
  const lines = printed.split('\n').map(plain);
  return shown.split('\n').filter((line) => {
    const pattern = patternOf(line);
    const at = lines.findIndex((each) => pattern.test(each));
    if (at >= 0) lines.splice(0, at + 1);
    return at < 0 && line.trim() !== '…';
  });
}

function patternOf(line: string): RegExp {
  const parts = plain(line).split('…');
  return new RegExp(
    `^${parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`,
  );
}

/** A line without what differs from run to run. */
function plain(line: string): string {
  return line
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{8}\b/g, '#')
    .replaceAll(/\d+([.:\-T]\d+)*Z?( (ms|s|min|h|d)\b)?/g, '#')
    .replaceAll(/#( #)+/g, '#')
    .replaceAll(/[─-]{2,}/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
