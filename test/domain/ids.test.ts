import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptActivityId, jobWorkflowId, parseJobWorkflowId } from '../../src/domain/ids.ts';

/** Ids made of the pieces that workflow ids are made of: where two could meet, these do. */
const jobId = fc.oneof(
  fc
    .array(fc.constantFrom('job', '/', '#', '1', '2', '10', 'late', '\n', ' ', 'é'), {
      minLength: 1,
    })
    .map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
);
const generation = fc.integer({ min: 1, max: 999_999_999 });

describe('jobWorkflowId', () => {
  it('puts the id of a first generation behind job/, and numbers the later ones', () => {
    expect(jobWorkflowId('utt-42')).toBe('job/utt-42');
    expect(jobWorkflowId('utt-42', 1)).toBe('job/utt-42');
    expect(jobWorkflowId('utt-42', 2)).toBe('job#2/utt-42');
  });

  it('gives two jobs or two generations never the same workflow id', () => {
    const small = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(jobId, small, jobId, small, (one, oneGeneration, other, otherGeneration) => {
        const isSame = one === other && oneGeneration === otherGeneration;
        expect(jobWorkflowId(one, oneGeneration) === jobWorkflowId(other, otherGeneration)).toBe(
          isSame,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read back by parseJobWorkflowId, slashes, marks and line ends included', () => {
    fc.assert(
      fc.property(jobId, generation, (id, number) => {
        expect(parseJobWorkflowId(jobWorkflowId(id, number))).toEqual({
          jobId: id,
          generation: number,
        });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('parseJobWorkflowId', () => {
  it.each([
    '',
    'job',
    'job/',
    'jobs/a',
    'Job/a',
    'node/a',
    'late/job/a/1',
    'job#/a',
    'job#0/a',
    'job#02/a',
    'job#-2/a',
    'job#2.0/a',
    'job#2/',
    'job#2',
    'xjob/a',
  ])('does not take %j for a job', (workflowId) => {
    expect(parseJobWorkflowId(workflowId)).toBeUndefined();
  });

  it.each(['job#1/a', 'job#99999999999999999999/a', 'job#9007199254740993/a'])(
    'does not take %j for a job: no generation is written that way',
    (workflowId) => {
      expect(parseJobWorkflowId(workflowId)).toBeUndefined();
    },
  );

  it('answers only what would be written the same way again', () => {
    const pieces = fc.constantFrom('job', '#', '/', '0', '1', '2', '9007199254740993', 'a');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const workflowId = parts.join('');
        const ids = parseJobWorkflowId(workflowId);
        if (ids !== undefined) expect(jobWorkflowId(ids.jobId, ids.generation)).toBe(workflowId);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('attemptActivityId', () => {
  it('differs from epoch to epoch', () => {
    expect([1, 2, 11].map(attemptActivityId)).toEqual(['attempt/1', 'attempt/2', 'attempt/11']);
  });
});
