import { Option } from 'commander';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import type { HoldfastError } from '../domain/errors.ts';
import { show } from '../domain/errors.ts';
import { parseIsoTime } from '../domain/iso-time.ts';
import type { Json } from '../domain/json.ts';
import type { Labels } from '../domain/labels.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { usageError } from './usage-error.ts';

/** An option that takes one of some words. */
export function choiceOption(
  flags: string,
  description: string,
  choices: readonly string[],
): Option {
  const option = new Option(flags, description).choices(choices);
  return option.argParser((text: string) => {
    if (choices.includes(text)) return text;
    const nearest = nearestName(text, choices);
    throw usageError(
      `${placeOf(option)}: expected one of ${choices.join(', ')}, got ${show(text)}`,
      nearest === undefined ? 'give one of these words' : `did you mean ${nearest}?`,
    );
  });
}

/** An option that takes a whole number from `least` on. */
export function countOption(flags: string, description: string, least: number): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) =>
    countOf(text, placeOf(option), least, `${option.long} ${Math.max(least, 10)}`),
  );
}

/** A whole number from `least` on. @throws HoldfastError `usage` */
export function countOf(text: string, place: string, least: number, example: string): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw usageError(
    `${place}: expected a whole number from ${least}, got ${show(text)}`,
    `for example ${example}`,
  );
}

/** An option that may be given again and collects `name=number` pairs; the last value of a name counts. */
export function amountsOption(flags: string, description: string, least: number): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string, before: Readonly<Record<string, number>> = {}) => {
    // A name may have the sign itself.
    const [, name, value] = /^(.+)=(\d+)$/s.exec(text) ?? [];
    const amount = Number(value);
    if (name !== undefined && Number.isSafeInteger(amount) && amount >= least) {
      return { ...before, [name]: amount };
    }
    throw usageError(
      `${placeOf(option)}: expected name=number, with a whole number from ${least}, got ${show(text)}`,
      `for example ${option.long} gpu-mem-gb=8`,
    );
  });
}

/** An option that takes a TCP port, or 0 for any free one. */
export function portOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => {
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    throw usageError(
      `${placeOf(option)}: expected a port from 0 to 65535, got ${show(text)}`,
      '0 means any free one',
    );
  });
}

/** An option that takes a {@link Duration}, which it leaves as it was written. */
export function durationOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => {
    try {
      parseDuration(text, placeOf(option));
    } catch (error) {
      const { message, hint = '' } = error as HoldfastError;
      throw usageError(message, hint);
    }
    return text as Duration;
  });
}

/** An option that may be given again and collects `name=value` pairs; the last value of a name counts. */
export function labelOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string, before: Labels = {}) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return { ...before, [name]: value };
    throw usageError(
      `${placeOf(option)}: expected name=value, got ${show(text)}`,
      `for example ${option.long} gpu=a100`,
    );
  });
}

/** An option that takes a time with its zone, such as `2026-06-03T12:00:00Z`. */
export function timeOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => {
    try {
      return new Date(parseIsoTime(text, placeOf(option)));
    } catch (error) {
      const { message, hint = '' } = error as HoldfastError;
      throw usageError(message, hint);
    }
  });
}

/** An option that may be given again and collects `field=value` pairs; a value that is no JSON is a text. */
export function fieldOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string, before: Readonly<Record<string, Json>> = {}) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name !== undefined && value !== undefined) return { ...before, [name]: jsonOrText(value) };
    throw usageError(
      `${placeOf(option)}: expected field=value, got ${show(text)}`,
      `for example ${option.long} window=12h`,
    );
  });
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function placeOf({ long, envVar }: Option): string {
  return [long, envVar].filter((name) => name !== undefined).join(' or ');
}
