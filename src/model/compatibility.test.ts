import { describe, expect, it } from 'vitest';
import { parseCompatibility } from './compatibility.ts';

describe('a rule of compatibility', () => {
  it.each([
    ['web >= 2.4 needs api >= 3.1', { service: 'web', from: '2.4.0', needs: 'api', atLeast: '3.1.0' }],
    ['web needs api >= 3', { service: 'web', from: '0.0.0', needs: 'api', atLeast: '3.0.0' }],
    ['a-b >= 1.2.3 needs c >= 10.0.1', { service: 'a-b', from: '1.2.3', needs: 'c', atLeast: '10.0.1' }],
  ])('%s', (rule, parsed) => {
    expect(parseCompatibility(rule)).toEqual({ ...parsed, rule });
  });

  it.each([
    'web needs api',
    'web > 2 needs api >= 3',
    'web >= 2.4 needs api >= v3.1',
    'Web needs api >= 1',
    'web >= 02 needs api >= 1',
    ' web needs api >= 1',
    'web >= 1.2.3.4 needs api >= 1',
  ])('%s is none', (rule) => {
    expect(parseCompatibility(rule)).toBeUndefined();
  });
});
