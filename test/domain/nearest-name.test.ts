import { expect, test } from 'vitest';
import { nearestName } from '../../dist/domain/nearest-name.js';

const KINDS = ['greet', 'transcribe', 'translate', 'hash-file'];

test.each([
  ['gret', 'greet'],
  ['rgeet', 'greet'],
  ['Greet', 'greet'],
  ['transcibe', 'transcribe'],
  ['trnaslate', 'translate'],
  ['hashfile', 'hash-file'],
])('%s is a mistyped %s', (typed, meant) => {
  expect(nearestName(typed, KINDS)).toBe(meant);
});

test.each(['', 'x', 'resize', 'nothing-like-it'])('%j is like none of them', (typed) => {
  expect(nearestName(typed, KINDS)).toBeUndefined();
});

test('where there are no names, none is near', () => {
  expect(nearestName('greet', [])).toBeUndefined();
});
