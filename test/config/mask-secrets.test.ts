import { expect, test } from 'vitest';
import { maskSecrets } from '../../src/config/mask-secrets.ts';

test.each([
  ['postgres://ada:se:cr@et@db:5432/h', 'postgres://ada:***@db:5432/h'],
  ['postgres://ada:s%2Fx@db/h?sslmode=require', 'postgres://ada:***@db/h?sslmode=require'],
  ['postgres://db/h?user=ada&password=geheim', 'postgres://db/h?user=ada&password=***'],
  ['postgres://ada@db/h', 'postgres://ada@db/h'],
  ['postgres://db/h', 'postgres://db/h'],
  ['a-key-of-somebody', '***'],
])('%s is shown as %s', (value, shown) => expect(maskSecrets(value)).toBe(shown));
