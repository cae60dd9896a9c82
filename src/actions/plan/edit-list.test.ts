import { describe, expect, it } from 'vitest';
import { holdsSchema } from '../../model/stops.ts';
import { parseYaml } from '../../yaml/source.ts';
import { requireValid } from '../../yaml/validate.ts';
import { editList } from './edit-list.ts';

describe('a file that `check` takes for an empty list', () => {
  it.each([
    ['', 'holds:\n  - service: web\n'],
    ['# why\n', '# why\nholds:\n  - service: web\n'],
    ['# why', '# why\nholds:\n  - service: web\n'],
    ['# a\r\n', '# a\r\nholds:\r\n  - service: web\r\n'],
    ['---\n# b\n', '---\n# b\nholds:\n  - service: web\n'],
    ['~\n', 'holds:\n  - service: web\n'],
    ['{} # none\n', 'holds: # none\n  - service: web\n'],
    ['holds: null # none\n', 'holds: # none\n  - service: web\n'],
    ['holds:\n', 'holds:\n  - service: web\n'],
  ])('takes an entry: %j', (text, edited) => {
    const source = parseYaml(text, 'holds.yaml', '1.2');
    expect(requireValid(source, holdsSchema, 'stop-invalid').holds).toEqual([]);
    expect(editList(source, 'holds', { add: [{ service: 'web' }] }).content).toBe(edited);
  });
});
