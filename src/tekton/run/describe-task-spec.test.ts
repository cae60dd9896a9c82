import { describe, expect, it } from 'vitest';
import { texts } from '../substitution/replace.ts';
import type { Step, TaskSpec } from '../types.ts';
import { describeTaskSpec } from './describe-task-spec.ts';
import { workspaceVolume } from './volumes.ts';

const place = { file: '' };
const step = (name: string, more: Partial<Step> = {}): Step => ({
  name,
  command: [],
  args: [],
  env: [],
  envFrom: [],
  volumeMounts: [],
  workspaces: [],
  onError: 'stopAndFail',
  results: [],
  when: [],
  params: [],
  place,
  ...more,
});
const described = (source: unknown, steps: readonly Step[], around: string[] = []) =>
  describeTaskSpec({
    spec: { source } as TaskSpec,
    steps,
    params: new Map([['place', { commit: 'abc' }]]),
    workspaces: { given: ['given'], around },
    phases: [texts([['results.r.path', '/tekton/results/r']])],
  });

describe('describeTaskSpec', () => {
  it('puts values in, writes where a step reports in a Pod, and leaves the metadata to the pipeline', () => {
    const results = [{ name: 'own', type: 'string' as const, properties: [], place }];
    const source = {
      metadata: { labels: { a: 'b' } },
      params: [{ name: 'place', default: { url: 'http://shop' } }],
      steps: [{ script: 'echo > $(results.r.path); echo > $(step.results.own.path)' }],
    };
    expect(described(source, [step('unnamed-0', { results })])).toEqual({
      params: [{ name: 'place', type: 'object', default: { url: 'http://shop', commit: 'abc' } }],
      steps: [
        {
          name: '',
          script: 'echo > /tekton/results/r; echo > /tekton/steps/step-unnamed-0/results/own',
        },
      ],
      workspaces: [{ name: 'given' }],
    });
  });

  it('writes a StepAction out without its reference, and without what the template gives', () => {
    const source = {
      stepTemplate: { env: [{ name: 'FROM_TEMPLATE', value: 'a' }] },
      workspaces: [{ name: 'given' }],
      steps: [{ name: 's', ref: { name: 'action' }, params: [{ name: 'p', value: 'q' }] }],
    };
    const env = ['FROM_TEMPLATE', 'OWN'].map((name) => ({ name, value: 'a', place }));
    const action = step('s', { image: 'alpine', script: 'echo q', env, actionParams: [] });
    expect(described(source, [action])).toEqual({
      ...source,
      steps: [{ name: 's', image: 'alpine', script: 'echo q', env: [{ name: 'OWN', value: 'a' }] }],
    });
  });

  it('declares the workspaces around that the steps name, sorted, and no others', () => {
    const source = { steps: [{ name: 's', script: '$(workspaces.z.path) $(workspaces.a.path)' }] };
    expect(described(source, [step('s')], ['z', 'unused', 'a'])).toMatchObject({
      workspaces: [{ name: 'given' }, { name: 'a' }, { name: 'z' }],
    });
  });
});

describe('workspaceVolume', () => {
  it('is the name that a cluster gives', () => {
    expect(workspaceVolume('custom')).toBe('ws-20573');
  });
});
