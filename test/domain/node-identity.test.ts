import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkName } from '../../src/domain/check.ts';
import { nodeIdentity, nodeOfIdentity } from '../../src/domain/node-identity.ts';

/** Every name that a node may have. */
const nodeName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }),
    fc
      .array(fc.constantFrom('/', 'gpu', '-', '1', '\u2028', '\u2029'), { minLength: 1 })
      .map((p) => p.join('')),
  )
  .filter((name) => {
    try {
      return checkName(name, 'name') === name;
    } catch {
      return false;
    }
  });

describe('nodeIdentity', () => {
  it('joins the name and the incarnation', () => {
    expect(nodeIdentity('gpu-1', '4f2a')).toBe('gpu-1/4f2a');
  });

  it('gives the name back, whatever is in it', () => {
    fc.assert(
      fc.property(nodeName, fc.uuid(), (name, incarnation) => {
        expect(nodeOfIdentity(nodeIdentity(name, incarnation))).toBe(name);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('nodeOfIdentity', () => {
  it.each([undefined, null, '', '4711@host', '/4f2a', 'gpu-1/'])(
    'knows no node in %j',
    (identity) => {
      expect(nodeOfIdentity(identity)).toBeUndefined();
    },
  );
});
