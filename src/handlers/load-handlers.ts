import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createJiti } from 'jiti';
import { HoldfastError } from '../domain/errors.ts';
import type { JobDefinition } from './define-job.ts';
import { isJobDefinition } from './define-job.ts';
import type { ScheduleDeclaration } from './define-schedule.ts';
import { isScheduleDeclaration } from './define-schedule.ts';

/** The definitions of a handler file by their kind. */
export type Handlers = ReadonlyMap<string, JobDefinition>;

/**
 * Loads a handler file (`.js`, `.mjs`, `.cjs`, `.ts`, `.mts`) and collects what it exports of
 * `defineJob`, under any name, or as an array.
 *
 * @throws HoldfastError `handler_file_failed` when the file is missing, does not load, defines no
 *   job, or defines a kind twice
 */
export async function loadHandlers(file: string): Promise<Handlers> {
  return handlersOf(Object.values(await loadFile(file)).flat(), file);
}

/** The same for an orchestrator, whose file may define schedules only. */
export async function loadHandlersIfAny(file: string): Promise<Handlers> {
  const values = Object.values(await loadFile(file)).flat();
  const hasSchedulesOnly = values.some(isScheduleDeclaration) && !values.some(isJobDefinition);
  return hasSchedulesOnly ? new Map() : handlersOf(values, file);
}

/** The schedules of a handler file by their names. */
export type DeclaredSchedules = ReadonlyMap<string, ScheduleDeclaration>;

/**
 * Loads a handler file and collects what it exports of `defineSchedule`, under any name, or as an array;
 * perhaps nothing.
 *
 * @throws HoldfastError `handler_file_failed` when the file is missing, does not load, or defines a
 *   schedule twice
 */
export async function loadSchedules(file: string): Promise<DeclaredSchedules> {
  const places = new Map<ScheduleDeclaration, string>();
  for (const [name, value] of Object.entries(await loadFile(file))) {
    for (const each of [value].flat()) {
      if (isScheduleDeclaration(each) && !places.has(each)) places.set(each, name);
    }
  }
  const schedules = new Map<string, ScheduleDeclaration>();
  for (const [schedule, place] of places) {
    const other = schedules.get(schedule.name);
    if (other !== undefined) {
      const both = `as ${places.get(other)} and as ${place}`;
      throw failed(file, `schedule "${schedule.name}" is defined twice: ${both}`);
    }
    schedules.set(schedule.name, schedule);
  }
  return schedules;
}

async function loadFile(file: string): Promise<Record<string, unknown>> {
  const path = resolve(file);
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (!isFile) throw failed(file, 'there is no such file', 'give the path of a .js or .ts file');
  return load(file, path);
}

/**
 * The definitions by their kind.
 *
 * @throws HoldfastError `handler_file_failed` when there is none, or a kind twice
 */
export function handlersOf(values: readonly unknown[], place: string): Handlers {
  const handlers = new Map<string, JobDefinition>();
  for (const value of new Set(values)) {
    if (!isJobDefinition(value)) continue;
    if (handlers.has(value.kind)) throw failed(place, `kind "${value.kind}" is defined twice`);
    handlers.set(value.kind, value);
  }
  if (handlers.size > 0) return handlers;
  throw failed(
    place,
    'it exports nothing made by defineJob',
    'export const myJob = defineJob({ … })',
  );
}

async function load(file: string, path: string): Promise<Record<string, unknown>> {
  try {
    const jiti = createJiti(import.meta.url, { interopDefault: false });
    const isTypeScript = /\.[cm]?tsx?$/.test(path);
    const module: unknown = isTypeScript
      ? await jiti.import(path)
      : await import(pathToFileURL(path).href);
    return module as Record<string, unknown>;
  } catch (error) {
    throw failed(file, firstLine(error), 'run it alone with node to see where it fails', error);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split(
    '\n',
  )[0] as string;
}

function failed(file: string, why: string, hint?: string, cause?: unknown): HoldfastError {
  return new HoldfastError('handler_file_failed', `handler file ${file}: ${why}`, {
    details: { file },
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
