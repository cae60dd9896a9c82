import { fc } from '../kit/fast-check.ts';
import { describe, expect, it } from 'vitest';

type Printing = {
  readonly printGate: (moves: readonly object[], check: object) => string;
  readonly literal: (text: string) => string;
  readonly shorten: (text: string, limit: number) => string;
};
const file = new URL('../../tools/workflows/print-gate.js', import.meta.url).href;
const { literal, printGate, shorten } = (await import(file)) as Printing;

describe('what the gate prints', () => {
  it('keeps text of others inside its block, whatever it is', () => {
    const texts = fc.array(fc.constantFrom('~', '~~~', '`', '\n', 'a', '<b>', '@ada'), { maxLength: 30 });
    fc.assert(
      fc.property(texts, (parts) => {
        const lines = literal(parts.join('')).split('\n');
        const fence = lines.at(-1)!;
        expect(fence).toMatch(/^~{3,}$/);
        expect(lines[0]).toBe(`${fence}text`);
        // A line ends the block when it is at least as many tildes.
        expect(lines.slice(1, -1).filter((line) => line.trim().startsWith(fence))).toEqual([]);
      }),
    );
  });

  it('keeps a revision of others inside its code span', () => {
    const empty = { rows: [], details: [] };
    const to = '`</h2>\n\n@ada #1 <img src=x>`';
    const printed = printGate([{ ...empty, environment: 'prod', kind: 'promotion', from: to, to }], empty);
    const span = '`` `</h2> @ada #1 <img src=x>` ``';
    expect(printed.split('\n')[0]).toBe(`## prod: promotion ${span} → ${span}`);
  });

  it('is cut where nothing is open, and says so', () => {
    const block = (n: number) => `<details><summary>${n}</summary>\n\n- ${'x'.repeat(50)}\n\n</details>`;
    const text = ['### title', '| a |', block(1), 'plain', block(2), '~~~~text\nlong\n~~~~', block(3)].join(
      '\n\n',
    );
    expect(shorten(text, text.length)).toBe(text);
    for (let limit = 90; limit < text.length; limit += 1) {
      const cut = shorten(text, limit);
      expect(cut.length).toBeLessThanOrEqual(limit);
      expect(cut).toContain('More than fits here');
      expect(cut.split('<details>').length).toBe(cut.split('</details>').length);
      expect([...cut.matchAll(/^~~~~/gm)].length % 2).toBe(0);
    }
  });
});
