import { expect, test } from 'vitest';
import { checkLocal, isLoopback } from '../../src/api/loopback.ts';

test.each(['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1', '[::1]'])(
  '%s is loopback',
  (host) => expect(isLoopback(host)).toBe(true),
);

test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', ''])(
  '%s is not loopback',
  (host) => expect(isLoopback(host)).toBe(false),
);

test.each([
  {},
  { host: '127.0.0.1:8080' },
  { host: 'localhost' },
  { host: '[::1]:8080', origin: 'http://[::1]:8080' },
])('a program of this machine may call: %o', (headers) => {
  expect(() => checkLocal(new Headers(headers))).not.toThrow();
});

test.each([
  { host: 'evil.example' },
  { host: '127.0.0.1:8080', origin: 'http://evil.example' },
  { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:9090' },
  { host: 'evil.example', origin: 'http://evil.example' },
  { host: 'localhost', origin: 'null' },
  { host: '127.0.0.1:8080', 'x-forwarded-for': '10.0.0.1' },
  { host: '127.0.0.1:8080', forwarded: 'for=10.0.0.1' },
])('a page of another origin may not, nor who comes by a proxy: %o', (headers) => {
  expect(() => checkLocal(new Headers(headers))).toThrow(/access is off/);
});
