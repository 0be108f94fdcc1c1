import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const text = await readFile(root('Dockerfile'), 'utf8');
const lines = text.split('\n').filter((line) => /^[A-Z]+ /.test(line));
const stages = lines.join('\n').split(/^(?=FROM )/m);
const final = stages.at(-1)!;

describe('Dockerfile', () => {
  it('pins its images to a version', () => {
    for (const stage of stages)
      expect(stage).toMatch(/^FROM node:22\.\d+\.\d+-bookworm-slim( AS|\n)/);
  });

  it('ends with a program that runs as a user, and builds nothing', () => {
    expect(final).toContain('\nENTRYPOINT ["node", "/app/dist/cli/main.js"]');
    expect(final).toMatch(/\nUSER (?!root\b)\w+\n/);
    expect(final).toMatch(/npm ci --omit=dev --ignore-scripts/);
    expect(final).not.toMatch(/npm (run|start|test)/);
    expect(final).toContain('COPY --from=build /app/dist ');
  });

  it('copies only what is there, and what .dockerignore lets in', async () => {
    const ignore = (await readFile(root('.dockerignore'), 'utf8')).split('\n');
    const rules = ignore.filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).toBe('*');
    const copied = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1));
    for (const path of copied) await access(root(path));
    expect([...new Set(copied)].sort()).toEqual(
      rules
        .slice(1)
        .map((rule) => rule.replace(/^!/, ''))
        .sort(),
    );
  });
});
