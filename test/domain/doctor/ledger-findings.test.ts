import { describe, expect, it } from 'vitest';
import type { LedgerFacts } from '../../../src/domain/doctor/ledger-findings.ts';
import { isOurSchema, ledgerFindings } from '../../../src/domain/doctor/ledger-findings.ts';

const facts: LedgerFacts = {
  address: 'postgres://host/app',
  version: 'PostgreSQL 16.4 on x86_64',
  versionNumber: 160_004,
  isPglite: false,
  answerMs: 2,
  applied: ['1_a', '2_b'],
  known: ['1_a', '2_b'],
};
const schemaOf = (applied: string[]) => ledgerFindings({ ...facts, applied })[2];

describe('a ledger', () => {
  it('of this version is well', () => {
    expect(ledgerFindings(facts).map(({ severity }) => severity)).toEqual(['ok', 'ok', 'ok']);
    expect(ledgerFindings(facts)[1]!.what).toBe('PostgreSQL 16.4');
    expect(isOurSchema(facts)).toBe(true);
  });

  it('on a server that is too old is a problem', () => {
    expect(ledgerFindings({ ...facts, versionNumber: 140_012 })[1]).toMatchObject({
      severity: 'problem',
      code: 'ledger_unavailable',
    });
  });

  it.each([
    [[], 'has no schema yet', 'ledger_unavailable'],
    [['1_a'], 'lacks 2_b', 'ledger_unavailable'],
    [['1_a', '2_b', '3_c'], 'does not know 3_c', 'ledger_schema_newer'],
  ])('with the migrations %j is a problem', (applied, words, code) => {
    const what = expect.stringContaining(words) as string;
    expect(schemaOf(applied)).toMatchObject({ severity: 'problem', what, code });
    expect(isOurSchema({ ...facts, applied })).toBe(false);
  });
});
