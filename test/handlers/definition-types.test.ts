import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { SubmittedResult } from '../../src/client/jobs.ts';
import type {
  EachResult,
  InputOf,
  JobDefinition,
  ResultOf,
} from '../../src/handlers/define-job.ts';
import { defineJob } from '../../src/handlers/define-job.ts';
import type { HandlerContext } from '../../src/handlers/handler-context.ts';

// These are checked by `npm run check:types`; running them checks nothing.

const input = z.object({
  audioUrl: z.string(),
  rate: z.string().transform(Number),
  language: z.string().default('en'),
});

const transcribe = defineJob({
  kind: 'transcribe',
  pool: 'gpu',
  input,
  // eslint-disable-next-line @typescript-eslint/require-await -- the type of a promise is the point
  run: async (given, ctx) => {
    expectTypeOf(given).toEqualTypeOf<{ audioUrl: string; rate: number; language: string }>();
    expectTypeOf(ctx).toEqualTypeOf<HandlerContext>();
    return { text: given.audioUrl, words: [given.rate] };
  },
});

type Length = JobDefinition<z.ZodString, number>;

describe('the types of a definition', () => {
  it('take the input as it is before the schema', () => {
    expectTypeOf<InputOf<typeof transcribe>>().toEqualTypeOf<{
      audioUrl: string;
      rate: string;
      language?: string | undefined;
    }>();
    expectTypeOf<InputOf<Length>>().toEqualTypeOf<string>();
  });

  it('give the result of a handler, awaited', () => {
    expectTypeOf<ResultOf<typeof transcribe>>().toEqualTypeOf<{ text: string; words: number[] }>();
    expectTypeOf<ResultOf<Length>>().toEqualTypeOf<number>();
  });

  it('pass for a definition of any kind', () => {
    expectTypeOf(transcribe).toExtend<JobDefinition>();
    expectTypeOf<ResultOf<JobDefinition>>().toEqualTypeOf<unknown>();
  });

  it('are nothing for what is no definition', () => {
    expectTypeOf<InputOf<string>>().toBeNever();
    expectTypeOf<ResultOf<{ kind: string }>>().toBeNever();
  });

  it('promise what JSON brings back of the result', () => {
    expectTypeOf<ResultOf<JobDefinition<z.ZodString, Date>>>().toEqualTypeOf<string>();
    expectTypeOf<ResultOf<JobDefinition<z.ZodString, void>>>().toEqualTypeOf<null>();
    expectTypeOf<
      ResultOf<JobDefinition<z.ZodString, { at: Date; note?: string }>>
    >().toEqualTypeOf<{
      at: string;
      note?: string;
    }>();
  });

  it('promise what came of it on each node for a job of placement each', () => {
    const options = { kind: 'k', pool: 'p', input: z.string(), run: () => 1 };
    const each = defineJob({ ...options, placement: 'each' });
    expectTypeOf<SubmittedResult<typeof each>>().toEqualTypeOf<EachResult<number>>();
    const any = defineJob({ ...options, placement: 'any' });
    expectTypeOf<SubmittedResult<typeof any>>().toEqualTypeOf<number>();
    const silent = defineJob(options);
    expectTypeOf<SubmittedResult<typeof silent>>().toEqualTypeOf<number>();
    expectTypeOf([each, any, silent]).toExtend<JobDefinition[]>();
    expectTypeOf<SubmittedResult<JobDefinition<z.ZodString, number>>>().toEqualTypeOf<number>();
  });

  it('give the input after the schema to what computes limits from it', () => {
    type Given = { audioUrl: string; rate: number; language: string };
    const limited = defineJob({
      kind: 'k',
      pool: 'p',
      input,
      resources: (given) => {
        expectTypeOf(given).toEqualTypeOf<Given>();
        return { 'gpu-mem-gb': given.rate };
      },
      concurrency: {
        key: (given) => {
          expectTypeOf(given).toEqualTypeOf<Given>();
          return given.language;
        },
        limit: 2,
      },
      rate: { key: ({ language }) => language, limit: 10, per: '1s' },
      fairnessKey: ({ language }) => language,
      run: (given) => given.rate,
    });
    expectTypeOf(limited).toExtend<JobDefinition>();
    expectTypeOf<ResultOf<typeof limited>>().toEqualTypeOf<number>();
    const unknownField = () =>
      defineJob({
        ...{ kind: 'k', pool: 'p', input, run: () => 1 },
        // @ts-expect-error -- the input has no such field
        fairnessKey: (given) => String(given.tenant),
      });
    expectTypeOf(unknownField).toBeFunction();
  });

  it('refuse a definition without a kind, a pool or a schema, and a mistyped duration', () => {
    const least = { kind: 'k', pool: 'p', input, run: () => null };
    const { kind, pool, run } = least;
    // @ts-expect-error -- no kind
    const withoutKind = () => defineJob({ pool, input, run });
    // @ts-expect-error -- no pool
    const withoutPool = () => defineJob({ kind, input, run });
    // @ts-expect-error -- no schema
    const withoutInput = () => defineJob({ kind, pool, run });
    // @ts-expect-error -- a unit that does not exist
    const withWeeks = () => defineJob({ ...least, timeout: '2w' });
    expectTypeOf([withoutKind, withoutPool, withoutInput, withWeeks]).toBeArray();
  });
});
