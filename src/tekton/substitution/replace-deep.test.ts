import { describe, expect, it } from 'vitest';
import { paramReplacements } from './param-replacements.ts';
import { replaceInPipeline, replaceInTask } from './replace-deep.ts';

const replacements = paramReplacements([
  ['who', 'you'],
  ['all', ['a', 'b']],
]);

describe('replaceInTask', () => {
  it('replaces in what runs, a whole array too, and not in what is declared', () => {
    const declared = {
      description: '$(params.who)',
      params: [{ name: 'who', default: '$(params.who)' }],
      results: [{ name: 'r', description: '$(params.who)' }],
    };
    const steps = [
      {
        name: 's',
        args: ['$(params.all[*])', '$(params.who)'],
        params: [{ name: 'p', value: '$(params.all[*])' }],
        results: [{ name: 'r', description: '$(params.who)' }],
      },
    ];
    expect(replaceInTask({ ...declared, steps }, replacements)).toEqual({
      ...declared,
      steps: [
        {
          name: 's',
          args: ['a', 'b', 'you'],
          params: [{ name: 'p', value: ['a', 'b'] }],
          results: [{ name: 'r', description: '$(params.who)' }],
        },
      ],
    });
  });
});

describe('replaceInPipeline', () => {
  it('replaces in tasks, where a parameter that the task is given hides that of the pipeline', () => {
    const greet = { steps: [{ script: 'hello $(params.who)' }] };
    const spec = {
      params: [{ name: 'who', default: '$(params.who)' }],
      results: [{ name: 'r', value: '$(params.who)' }],
      tasks: [
        { name: 'a', displayName: 'to $(params.who)', taskSpec: greet },
        { name: 'b', params: [{ name: 'who', value: 'us' }], taskSpec: greet },
        {
          name: 'c',
          displayName: 'to $(params.who)',
          matrix: { params: [{ name: 'p', value: '$(params.all[*])' }] },
        },
      ],
    };
    expect(replaceInPipeline(spec, replacements)).toEqual({
      ...spec,
      tasks: [
        { name: 'a', displayName: 'to you', taskSpec: { steps: [{ script: 'hello you' }] } },
        {
          name: 'b',
          params: [{ name: 'who', value: 'us' }],
          taskSpec: { steps: [{ script: 'hello us' }] },
        },
        {
          name: 'c',
          displayName: 'to $(params.who)',
          matrix: { params: [{ name: 'p', value: ['a', 'b'] }] },
        },
      ],
    });
  });
});
