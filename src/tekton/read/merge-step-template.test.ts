import { expect, it } from 'vitest';
import { mergeStepTemplate } from './merge-step-template.ts';

it('puts the template under each step, item by item where items have names, and leaves StepActions alone', () => {
  const stepTemplate = {
    image: 'bash',
    workingDir: '/tmp',
    args: ['a'],
    env: [
      { name: 'A', value: 'template' },
      { name: 'B', value: 'template' },
    ],
    volumeMounts: [{ name: 'v', mountPath: '/v' }],
    securityContext: { runAsUser: 1, runAsGroup: 2 },
  };
  const steps = [
    {
      name: 's',
      image: 'alpine',
      args: ['b'],
      env: [
        { name: 'C', value: 'step' },
        { name: 'A', value: 'step' },
      ],
      securityContext: { runAsUser: 3 },
    },
    { name: 'action', ref: { name: 'r' } },
  ];
  expect(mergeStepTemplate({ stepTemplate, steps })).toEqual({
    stepTemplate,
    steps: [
      {
        name: 's',
        image: 'alpine',
        workingDir: '/tmp',
        args: ['b'],
        env: [
          { name: 'C', value: 'step' },
          { name: 'A', value: 'step' },
          { name: 'B', value: 'template' },
        ],
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
        securityContext: { runAsUser: 3, runAsGroup: 2 },
      },
      { name: 'action', ref: { name: 'r' } },
    ],
  });
  expect(mergeStepTemplate({ steps })).toEqual({ steps });
});
