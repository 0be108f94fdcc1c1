import { InvalidArgumentError, Option } from 'commander';

/** The option that names the origins of Web UIs; given again, it adds one. */
export function originOption(): Option {
  return new Option(
    '--web-ui-origin <url>',
    "a Temporal Web UI that uses this API's codec endpoint; may be given again",
  )
    .env('HOLDFAST_WEB_UI_ORIGIN')
    .argParser((text: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      ...text.split(',').map((each) => originOf(each.trim())),
    ]);
}

/** As browsers send it: no path, and no port that is the usual one. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new InvalidArgumentError(
    `expected an address such as http://127.0.0.1:8233, got "${text}".`,
  );
}
