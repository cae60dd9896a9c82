import { describe, expect, it } from 'vitest';
import { withPipelineDefaults, withTaskDefaults } from './with-defaults.ts';

describe('withTaskDefaults', () => {
  it('takes the type of a parameter from its properties, else from its default, else it is a string', () => {
    const params = [
      { name: 'plain' },
      { name: 'list', default: ['a'] },
      { name: 'map', default: { key: 'a' } },
      { name: 'object', properties: { url: {}, commit: { type: 'string' } } },
      { name: 'written', type: 'array' },
    ];
    expect(withTaskDefaults({ params, steps: [{ image: 'alpine' }] })).toEqual({
      params: [
        { name: 'plain', type: 'string' },
        { name: 'list', default: ['a'], type: 'array' },
        { name: 'map', default: { key: 'a' }, type: 'object' },
        {
          name: 'object',
          type: 'object',
          properties: { url: { type: 'string' }, commit: { type: 'string' } },
        },
        { name: 'written', type: 'array' },
      ],
      steps: [{ name: '', image: 'alpine' }],
    });
  });

  it('makes a result a string, or an object when it has properties', () => {
    expect(withTaskDefaults({ results: [{ name: 'a' }, { name: 'b', properties: { c: {} } }] })).toEqual({
      results: [
        { name: 'a', type: 'string' },
        { name: 'b', type: 'object', properties: { c: { type: 'string' } } },
      ],
    });
  });
});

describe('withPipelineDefaults', () => {
  it('completes parameters, and in tasks of the graph and of finally the references and the embedded tasks', () => {
    const spec = {
      params: [{ name: 'who' }],
      tasks: [{ name: 'a', taskRef: { name: 'greet' } }],
      finally: [{ name: 'b', taskSpec: { params: [{ name: 'who' }] } }],
      results: [{ name: 'word', value: 'x' }],
    };
    expect(withPipelineDefaults(spec)).toEqual({
      params: [{ name: 'who', type: 'string' }],
      tasks: [{ name: 'a', taskRef: { name: 'greet', kind: 'Task' } }],
      finally: [{ name: 'b', taskSpec: { params: [{ name: 'who', type: 'string' }] } }],
      results: [{ name: 'word', description: '', value: 'x' }],
    });
  });

  it('leaves a kind that is written, and a reference that a resolver follows', () => {
    const references = [
      { resolver: 'git', params: [] },
      { name: 'a', kind: 'Custom' },
    ];
    const spec = { tasks: references.map((taskRef, index) => ({ name: String(index), taskRef })) };
    expect(withPipelineDefaults(spec)).toEqual(spec);
  });
});
