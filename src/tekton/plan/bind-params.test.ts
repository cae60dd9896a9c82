import { describe, expect, it } from 'vitest';
import type { ParamSpec, ParamValue } from '../types.ts';
import { bindParams } from './bind-params.ts';

const place = { file: 'f' };
const spec = (
  name: string,
  fallback?: ParamValue,
  type: ParamSpec['type'] = 'string',
  properties: string[] = [],
) => ({
  name,
  type,
  properties,
  default: fallback,
  place,
});
const bind = (declared: ParamSpec[], given: Record<string, ParamValue> = {}) => {
  const params = Object.entries(given).map(([name, value]) => ({ name, value, place }));
  const { values, findings } = bindParams(declared, params, { what: 'It', place });
  return { values: Object.fromEntries(values), reasons: findings.map((finding) => finding.reason) };
};

describe('bindParams', () => {
  it('takes the given value, else the default, and keeps what is not declared', () => {
    expect(bind([spec('a', 'x'), spec('b', 'y')], { a: '1', extra: '2' })).toEqual({
      values: { a: '1', b: 'y', extra: '2' },
      reasons: [],
    });
  });

  it('puts parameters into defaults, in any order, also into arrays and objects', () => {
    const declared = [
      spec('image', '$(params.registry)/$(params.repo)'),
      spec('args', ['IMAGE=$(params.image)', '$(params.more[*])'], 'array'),
      spec('more', ['m'], 'array'),
      spec('map', { k: '$(params.image)' }, 'object', ['k']),
      spec('registry', 'r.example'),
      spec('repo'),
    ];
    expect(bind(declared, { repo: 'app' }).values).toMatchObject({
      image: 'r.example/app',
      args: ['IMAGE=r.example/app', 'm'],
      map: { k: 'r.example/app' },
    });
  });

  it.each<[string, ParamSpec[], Record<string, ParamValue>]>([
    ['ParameterMissing', [spec('a')], {}],
    ['ParameterTypeMismatch', [spec('a', undefined, 'array')], { a: 'text' }],
    ['ObjectParameterMissKeys', [spec('a', undefined, 'object', ['x', 'y'])], { a: { x: '1' } }],
    ['PipelineValidationFailed', [spec('a', '$(params.b)'), spec('b', '$(params.a)')], {}],
  ])('finds %s', (reason, declared, given) => {
    expect(bind(declared, given).reasons).toContain(reason);
  });

  it("fills an object's missing keys from its default", () => {
    const declared = [spec('a', { x: '1', y: '2' }, 'object', ['x', 'y'])];
    expect(bind(declared, { a: { x: '9' } })).toEqual({ values: { a: { x: '9', y: '2' } }, reasons: [] });
  });

  it('fills no object of a Pipeline from its default, and puts nothing in for brackets in a text', () => {
    const declared = [
      spec('o', { x: '1', y: '2' }, 'object', ['x', 'y']),
      spec('a', 'A'),
      spec('text', 'q$(params["a"])'),
      spec('list', ['q$(params["a"])'], 'array'),
    ];
    const given = [{ name: 'o', value: { x: '9' }, place }];
    const { values, findings } = bindParams(declared, given, { what: 'It', place, isPipeline: true });
    expect(Object.fromEntries(values)).toEqual({
      o: { x: '9' },
      a: 'A',
      text: 'q$(params["a"])',
      list: ['qA'],
    });
    expect(findings.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: The default of "text", "q$(params[\\"a\\"])", stays as it is: Tekton sees no variable in brackets here.',
    ]);
  });

  it('refuses defaults more than ten deep', () => {
    const chain = (length: number) =>
      Array.from({ length }, (_, index) =>
        spec(`p${index}`, index === length - 1 ? 'end' : `$(params.p${index + 1})`),
      );
    expect(bind(chain(10))).toMatchObject({ values: { p0: 'end' }, reasons: [] });
    expect(bind(chain(12)).reasons).toContain('PipelineValidationFailed');
  });
});
