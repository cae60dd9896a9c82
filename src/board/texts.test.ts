import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { addressLink, distanceText, durationText, tagText } from './texts.ts';

function textOf(markup: unknown): string {
  return String(markup)
    .replace(/<[^>]*>/g, '')
    .trim();
}

describe('tagText', () => {
  it('keeps the text of a tag, so that it can be copied', () => {
    const tags = fc
      .tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(9999), fc.stringMatching(/^[0-9a-f]{7,40}$/))
      .map(([major, minor, patch, commits, sha]) => `v${major}.${minor}.${patch}-${commits}.g${sha}`);
    fc.assert(fc.property(tags, (tag) => textOf(tagText(tag)) === tag));
  });

  it('says what the parts are', () => {
    expect(String(tagText('v0.3.1-1.gabc1234'))).toContain(
      'title="1 commit since v0.3.1, at commit abc1234"',
    );
    expect(textOf(tagText('latest'))).toBe('latest');
  });
});

describe('distanceText', () => {
  it.each([
    ['v0.1.0-3.gaaaaaaa', 'v0.1.0-5.gbbbbbbb', '2 commits behind dev'],
    ['v0.1.0-5.gaaaaaaa', 'v0.1.0-4.gbbbbbbb', '1 commit ahead of dev'],
    ['v0.1.0-5.gaaaaaaa', 'v0.2.0-0.gbbbbbbb', 'differs from dev'],
    ['v0.1.0-5.gaaaaaaa', 'v0.1.0-5.gbbbbbbb', 'differs from dev'],
    ['v0.1.0-5.gaaaaaaa', 'v0.1.0-5.gaaaaaaa', undefined],
    ['1.0', '2.0', 'differs from dev'],
  ])('%s beside %s: %s', (tag, other, said) => {
    expect(distanceText(tag, other, 'dev')).toBe(said);
  });
});

describe('durationText', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('%d ms: %s', (milliseconds, said) => {
    expect(durationText(milliseconds)).toBe(said);
  });
});

describe('addressLink', () => {
  it('links to HTTP only', () => {
    expect(String(addressLink('http://127.0.0.1:1/', 'x'))).toContain('href="http://127.0.0.1:1/"');
    expect(String(addressLink('javascript:alert(1)', 'x'))).not.toContain('href');
  });
});
