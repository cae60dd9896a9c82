import { describe, expect, it } from 'vitest';

const { compareStatus } = await import(new URL('./compare.js', import.meta.url).href);
const { prepareFile } = await import(new URL('./prepare.js', import.meta.url).href);

/** A status as a cluster writes it, and the same as the toolkit does. */
const cluster = {
  podName: 'hello-pod',
  conditions: [
    {
      type: 'Succeeded',
      status: 'True',
      reason: 'Succeeded',
      message: 'All Steps have completed executing',
      lastTransitionTime: '2031-05-06T07:08:12Z',
    },
  ],
  startTime: '2031-05-06T07:08:09Z',
  completionTime: '2031-05-06T07:08:12Z',
  provenance: { featureFlags: { enableArtifacts: false } },
  artifacts: {},
  results: [{ name: 'uid', type: 'string', value: 'run aaa-1' }],
  steps: [
    {
      name: 'greet',
      container: 'step-greet',
      imageID: 'sha256:0123',
      terminationReason: 'Completed',
      terminated: {
        containerID: 'containerd://4567',
        exitCode: 0,
        reason: 'Completed',
        startedAt: '2031-05-06T07:08:10Z',
        finishedAt: '2031-05-06T07:08:11Z',
      },
    },
  ],
  taskSpec: { steps: [{ name: 'greet', image: 'local/shell:1', computeResources: {} }] },
};
const toolkit = {
  podName: '',
  conditions: [{ ...cluster.conditions[0], lastTransitionTime: '2032-01-01T00:00:00.750Z' }],
  startTime: '2032-01-01T00:00:00.001Z',
  completionTime: '2032-01-01T00:00:00.750Z',
  results: [{ name: 'uid', type: 'string', value: 'run bbb-2' }],
  steps: [
    {
      name: 'greet',
      container: 'step-greet',
      terminationReason: 'Completed',
      terminated: {
        exitCode: 0,
        reason: 'Completed',
        startedAt: '2032-01-01T00:00:00.100Z',
        finishedAt: '2032-01-01T00:00:00.700Z',
      },
    },
  ],
  taskSpec: { steps: [{ name: 'greet', image: 'mirror.gcr.io/alpine' }] },
};
const same = {
  uids: { cluster: new Map([['aaa-1', '<uid>']]), toolkit: new Map([['bbb-2', '<uid>']]) },
  images: new Map([['mirror.gcr.io/alpine', 'local/shell:1']]),
};
const compare = (change: Record<string, unknown>) => compareStatus(cluster, { ...toolkit, ...change }, same);

describe('compareStatus', () => {
  it('finds nothing where only names, moments, uids, images and the data of a cluster differ', () => {
    expect(compare({})).toEqual([]);
  });

  it('finds another reason and message, each by its path', () => {
    const condition = { ...toolkit.conditions[0], reason: 'StepFailed', message: 'It failed.' };
    expect(compare({ conditions: [condition] })).toEqual([
      { path: 'status.conditions[0].reason', cluster: 'Succeeded', toolkit: 'StepFailed' },
      {
        path: 'status.conditions[0].message',
        cluster: cluster.conditions[0]?.message,
        toolkit: 'It failed.',
      },
    ]);
  });

  it('finds a field that only one side has', () => {
    expect(compare({ completionTime: undefined }).map(({ path }: { path: string }) => path)).toEqual([
      'status.completionTime',
    ]);
    expect(compare({ skippedTasks: [{ name: 'x' }] })).toEqual([
      { path: 'status.skippedTasks', cluster: undefined, toolkit: [{ name: 'x' }] },
    ]);
  });

  it('finds a list that is longer, and a value of another type', () => {
    const results = [...toolkit.results, { name: 'more', type: 'string', value: '' }];
    expect(compare({ results }).map(({ path }: { path: string }) => path)).toEqual(['status.results[1]']);
    const [step] = toolkit.steps;
    const steps = [{ ...step, terminated: { ...step?.terminated, exitCode: '0' } }];
    expect(compare({ steps })).toEqual([
      { path: 'status.steps[0].terminated.exitCode', cluster: 0, toolkit: '0' },
    ]);
  });

  it('finds moments in another order, and leaves those that a cluster writes as one second', () => {
    const late = { ...toolkit.steps[0]?.terminated, startedAt: '2032-01-01T00:00:05Z' };
    const found = compare({ steps: [{ ...toolkit.steps[0], terminated: late }] });
    expect(found).toContainEqual({
      path: 'status.steps[0].terminated.startedAt',
      cluster: 'before status.steps[0].terminated.finishedAt',
      toolkit: 'after status.steps[0].terminated.finishedAt',
    });
  });

  it('finds a uid of another run and an image that stands in for another', () => {
    expect(compare({ results: [{ ...toolkit.results[0], value: 'run ccc-3' }] })).toHaveLength(1);
    expect(compare({ taskSpec: { steps: [{ name: 'greet', image: 'ubuntu' }] } })).toHaveLength(1);
  });
});

describe('prepareFile', () => {
  const text = `apiVersion: tekton.dev/v1
kind: Task
metadata: { name: greet }
spec: { steps: [{ image: alpine, script: echo }] }
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { generateName: greet- }
spec: { taskRef: { name: greet } }
---
`;

  it('names runs alike on both sides and puts the stand-in on the side of the cluster alone', () => {
    const prepared = prepareFile(text, { namespace: 'here', standIn: 'local/shell:1' });
    expect(prepared.runs).toEqual([{ kind: 'TaskRun', name: 'greet-run1' }]);
    expect(prepared.cluster.objects[0].spec.steps[0].image).toBe('local/shell:1');
    expect(prepared.toolkit[0].spec.steps[0].image).toBe('alpine');
    expect(prepared.toolkit[1].metadata).toEqual({ name: 'greet-run1', namespace: 'here' });
    expect([...prepared.images]).toEqual([['alpine', 'local/shell:1']]);
  });

  it('leaves images as they are without a stand-in', () => {
    const prepared = prepareFile(text, { namespace: 'here' });
    expect(prepared.cluster.objects[0].spec.steps[0].image).toBe('alpine');
    expect(prepared.images.size).toBe(0);
  });
});
