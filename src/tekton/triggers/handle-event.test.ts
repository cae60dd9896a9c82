import { describe, expect, it } from 'vitest';
import { handleEvent } from './handle-event.ts';
import { loadListener } from './load-listener.ts';

const template = `template: { spec: { params: [{ name: p }], resourcetemplates: [{ apiVersion: v1, kind: ConfigMap, data: { p: $(tt.params.p) } }] } }`;
const listen = (triggers: string, metadata = '') =>
  loadListener([
    {
      file: 'el.yaml',
      text: `apiVersion: triggers.tekton.dev/v1beta1
kind: EventListener
metadata: { name: l, namespace: ns${metadata} }
spec:
${triggers.replace(/^(?=.)/gm, '  ')}
`,
    },
  ]);
const send = (listener: ReturnType<typeof listen>, body: string, url = '/', headers = {}) =>
  handleEvent(
    listener,
    { method: 'POST', url, headers, body: Buffer.from(body) },
    { secrets: {}, eventId: 'e', newUid: () => 'u' },
  );

describe('handleEvent', () => {
  const one = listen(`triggers:\n- name: t\n  bindings: [{ name: p, value: $(body.a) }]\n  ${template}`);

  it('answers 202 with the event, before and whatever the triggers do', async () => {
    const { status, responseBody, triggers } = await send(one, '{"b":1}');
    expect(status).toBe(202);
    expect(JSON.parse(responseBody)).toEqual({
      eventListener: 'l',
      namespace: 'ns',
      eventListenerUID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      eventID: 'e',
    });
    expect(triggers).toMatchObject([{ trigger: 't', outcome: 'stopped', at: 'binding' }]);
  });

  it('answers ok on /live', async () => {
    expect(await send(one, '', '/live')).toMatchObject({ status: 200, responseBody: 'ok', triggers: [] });
  });

  it.each(['', 'text', '[1]', '"a"', '{'])('answers 400 to the body %j', async (body) => {
    const { status, responseBody } = await send(one, body);
    expect(status).toBe(400);
    expect(JSON.parse(responseBody)).toMatchObject({
      errorMessage: expect.stringMatching(/^the body is not (?:valid JSON: .|a JSON object$)/) as string,
    });
  });

  it('takes any body when payload validation is off', async () => {
    const off = listen('labelSelector: {}', `, annotations: { tekton.dev/payload-validation: "false" }`);
    expect((await send(off, '')).status).toBe(202);
  });

  it('stops a trigger that has a parameter twice', async () => {
    const twice = listen(
      `triggers:\n- name: t\n  bindings: [{ name: p, value: a }, { name: p, value: b }]\n  ${template}`,
    );
    expect((await send(twice, '{}')).triggers).toMatchObject([
      { at: 'binding', message: 'duplicate param name: p' },
    ]);
  });

  it('hands extensions on from one interceptor to the next, and from a group to its triggers', async () => {
    const cel = (key: string, expression: string) =>
      `{ ref: { name: cel }, params: [{ name: overlays, value: [{ key: ${key}, expression: "${expression}" }] }] }`;
    const listener = loadListener([
      {
        file: 'el.yaml',
        text: `apiVersion: triggers.tekton.dev/v1beta1
kind: EventListener
metadata: { name: l }
spec:
  triggerGroups:
  - name: g
    interceptors: [${cel('first', "'1'")}]
    triggerSelector: { labelSelector: { matchExpressions: [{ key: team, operator: In, values: [a, b] }] } }
---
apiVersion: triggers.tekton.dev/v1beta1
kind: Trigger
metadata: { name: t, labels: { team: a } }
spec:
  interceptors: [${cel('second', "extensions.first + '2'")}]
  bindings: [{ name: p, value: $(extensions.second) }]
  ${template}
---
apiVersion: triggers.tekton.dev/v1beta1
kind: Trigger
metadata: { name: other, labels: { team: c } }
spec: { ${template} }
`,
      },
    ]);
    expect((await send(listener, '{}')).triggers).toMatchObject([
      { trigger: 't', outcome: 'fired', params: { p: '12' }, resources: [{ data: { p: '12' } }] },
    ]);
  });

  it('names the listeners there are when the one asked for is not there', () => {
    expect(() => loadListener([], 'x')).toThrow('There is no EventListener named "x".');
  });
});
