import { describe, expect, it } from 'vitest';
import { Turnstile } from '../../dist/dev/turnstile.js';

const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

describe('a turnstile', () => {
  it('lets one in at a time, in the order of asking', async () => {
    const turnstile = new Turnstile<{ name: string }>();
    const entered: string[] = [];
    const enter = async (owner: { name: string }): Promise<void> => {
      if (await turnstile.enter(owner)) entered.push(owner.name);
    };
    const all = [a, b, c].map(enter);
    await all[0];
    expect(entered).toEqual(['a']);
    turnstile.leave(a);
    await all[1];
    expect(entered).toEqual(['a', 'b']);
    turnstile.leave(b);
    await all[2];
    expect(turnstile.holds(c)).toBe(true);
  });

  it('lets an owner that is inside in again', async () => {
    const turnstile = new Turnstile<object>();
    expect(await turnstile.enter(a)).toBe(true);
    expect(await turnstile.enter(a)).toBe(true);
  });

  it('forgets one that leaves while it waits', async () => {
    const turnstile = new Turnstile<object>();
    await turnstile.enter(a);
    const waiting = [turnstile.enter(b), turnstile.enter(c)];
    turnstile.leave(b);
    expect(await waiting[0]).toBe(false);
    turnstile.leave(a);
    expect(await waiting[1]).toBe(true);
    expect(turnstile.holds(b)).toBe(false);
  });

  it('is not opened by one that is not inside', async () => {
    const turnstile = new Turnstile<object>();
    await turnstile.enter(a);
    turnstile.leave(b);
    expect(turnstile.holds(a)).toBe(true);
  });
});
