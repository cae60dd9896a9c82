// What this toolkit does with a call that the tests of Tekton Triggers make: undefined when it agrees, else what differs.
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { celKinds } from './cel.js';
import { interceptorKinds } from './interceptors.js';
import { Outside, Refused } from './outside.js';
import { sinkKinds } from './sink.js';

export async function triggersComparers(modules) {
  const load = (path) => import(join(modules, 'tekton', path));
  const ours = {
    ...(await load('triggers/bind-event.js')),
    ...(await load('triggers/fill-template.js')),
    ...(await load('triggers/load-listener.js')),
    ...(await load('triggers/read-bindings.js')),
    ...(await load('triggers/resolve-trigger.js')),
    ...(await import(join(modules, 'actions/trigger/parse-request.js'))),
    ...(await load('triggers/headers.js')),
    ...(await load('triggers/read-interceptors.js')),
    ...(await load('triggers/run-interceptors.js')),
    ...(await load('triggers/handle-event.js')),
    ...(await load('triggers/github-payloads.js')),
    ...(await import(join(modules, 'cel/triggers.js'))),
    ...(await import(join(modules, 'cel/values.js'))),
    ...(await import(join(modules, 'cel/go-json.js'))),
    ...(await load('read/documents.js')),
    ...(await import(join(modules, 'github/trigger-questions.js'))),
  };
  const tools = { ours, differ, outcome, cursorOf, errorsOf, eventOf, addedLabels };

  function cursorOf(value) {
    const findings = [];
    const [document] = ours.readDocuments([{ file: 'f', text: JSON.stringify(value) }], findings);
    return { cursor: document, findings };
  }

  return {
    ...templateKinds(tools),
    ...celKinds(tools),
    ...interceptorKinds(tools),
    ...sinkKinds(tools),
  };
}

function templateKinds({ ours, differ, outcome, cursorOf, errorsOf, eventOf }) {
  const fill = (raw, params, oldEscape, uid = '$(uid)') =>
    ours.fillText(raw, new Map((params ?? []).map(({ name, value }) => [name, value])), oldEscape, uid);
  const unwrapped = (expression) => {
    const [found] = ours.findExpressions(expression);
    if (!found) throw new Error('expression not wrapped in $()');
    return found.path;
  };
  return {
    path: ({ in: { data, expression }, out, error }) =>
      outcome(error, out, () => ours.evaluateExpression(unwrapped(expression), data)),
    expression: ({ in: { expression }, out, error }) =>
      outcome(error, out, () => {
        const path = unwrapped(expression);
        return path === '' ? '' : `{.${ours.relaxed(path)}}`;
      }),
    relaxed: ({ in: { expression }, out, error }) =>
      outcome(error, out, () => (expression === '' ? '' : `{.${ours.relaxed(expression)}}`)),
    expressions: ({ in: { text }, out }) => {
      const found = ours.findExpressions(text);
      const originals = found.map(({ original }) => original);
      return differ({ found: found.map(({ path }) => `$(${path})`), originals }, out);
    },
    bind: ({ in: given, out, error }) =>
      outcome(error, byName(out), () => {
        const template = { params: given.defaults ?? [], resources: [], escapesQuotes: false };
        const bound = ours.bindEvent(given.params ?? [], template, eventOf(given));
        return byName([...bound].map(([name, value]) => ({ name, value })));
      }),
    resolve: ({ in: { trigger, objects }, out, error }) => {
      if ((trigger.bindings ?? []).some(({ ref, name }) => ref && name))
        throw new Outside('admission lets no binding in that has a ref and a name');
      if (objects.some(({ kind, spec }) => kind !== 'TriggerTemplate' && !spec.params?.length))
        throw new Outside('admission lets no binding in that has no params');
      return outcome(error, out.params, () => {
        const trees = objects.map(({ kind, name, spec }) =>
          objectOf(kind, { metadata: { name }, spec: { ...needed[kind], ...spec } }),
        );
        const own = objectOf('Trigger', { metadata: { name: 't' }, spec: trigger });
        const listener = objectOf('EventListener', {
          metadata: { name: 'l' },
          spec: { triggers: [{ triggerRef: 't' }] },
        });
        const all = [listener, own, ...trees].map((tree) => JSON.stringify(tree)).join('\n---\n');
        const source = named(() => ours.loadListener([{ file: 'f', text: all }]));
        return ours.resolveTrigger(source, source.triggers[0]).params;
      });
    },
    resources: ({ in: { raw, annotations, params, uid }, out }) => {
      const oldEscape = Object.hasOwn(annotations ?? {}, 'triggers.tekton.dev/old-escape-quotes');
      return differ(
        raw.map((one) => fill(one, params, oldEscape, uid)),
        out,
      );
    },
    escape: ({ in: { value }, out }) => differ(fill('$(tt.params.p)', [{ name: 'p', value }], false), out),
    fill: ({ in: { raw, params, oldEscape }, out }) => differ(fill(raw, params, oldEscape), out),
    uid: ({ in: { raw, uid }, out }) => differ(fill(raw, [], false, uid), out),
    labels: ({ in: { object, labels }, out, error }) =>
      outcome(error, out?.metadata?.labels, () => {
        // Only what has a kind comes as far as its labels; these calls leave it out.
        const resource = JSON.stringify({ kind: 'Object', ...object });
        const template = { params: [], resources: [resource], escapesQuotes: false };
        const named = Object.entries(labels).map(([key, value]) => [
          `triggers.tekton.dev/${key.replace(/^\/+/, '')}`,
          value,
        ]);
        const options = { uid: '', namespace: 'n', labels: Object.fromEntries(named) };
        return ours.fillTemplate(template, new Map(), options)[0].metadata.labels;
      }),
    'binding-eval': ({ in: { binding, request }, out, error }) =>
      outcome(error, out, () => {
        const { headers, body } = ours.parseRequest(Buffer.from(request), 'r');
        const findings = [];
        const params = ours
          .readDocuments([{ file: 'b', text: binding }], findings)
          .flatMap((document) => ours.readBindingParams(document.at('spec')));
        const header = Object.fromEntries(ours.readHeaders(headers));
        const event = eventOf({ header, body: body.toString(), extensions: {}, eventID: '' });
        const bound = ours.bindEvent(params, { params: [], resources: [], escapesQuotes: false }, event);
        return `${JSON.stringify(
          [...bound].map(([name, value]) => ({ name, value })),
          null,
          2,
        )}\n`;
      }),
    request: ({ in: { request }, out, error }) =>
      outcome(error, out, () => {
        const { method, url, headers, body } = ours.parseRequest(Buffer.from(request), 'r');
        return { method, url, header: Object.fromEntries(ours.readHeaders(headers)), body: body.toString() };
      }),
    trigger: ({ in: { file }, error }) =>
      outcome(error, [], () => errorsOf(ours.readListeners([{ file: 'f', text: file }]))),
    validation: ({ in: { kind, object }, error }) => {
      if (error !== undefined && /spec\.resources\.|TLS_CERT/.test(error))
        throw new Outside('spec.resources is about the Pod of the EventListener, which is not made here');
      if (error?.includes('invalid kind') && !JSON.stringify(object).includes('"kind"'))
        throw new Outside('the kind of a binding gets its default before it is checked');
      const { cursor } = cursorOf(objectOf(kind, object));
      const text = JSON.stringify(cursor.plain());
      const { findings } = ours.readListeners([{ file: 'f', text }]);
      const found = errorsOf({ findings });
      const isEarlier = ({ code, message }) =>
        code === 'tekton-unsupported' || /interceptors\[\d+\]\.params\S*: /.test(message);
      if (!error && found.length > 0 && found.every(isEarlier)) throw new Refused(found[0].message);
      if ((error !== undefined) === found.length > 0) return undefined;
      return error === undefined ? `refused: ${found[0].message}` : `accepted, and Tekton says ${error}`;
    },
  };
}

/** What admission asks of an object, and the tests leave out. */
const needed = {
  TriggerTemplate: { resourcetemplates: [{ apiVersion: 'v1', kind: 'ConfigMap' }] },
};

/** What is refused by name is told apart from what is wrong. */
export function named(action) {
  try {
    return action();
  } catch (error) {
    if (/ is not supported without a cluster/.test(error.message))
      throw new Refused(error.message.split('\n')[0]);
    throw error;
  }
}

export function objectOf(kind, object) {
  return { ...object, apiVersion: 'triggers.tekton.dev/v1beta1', kind };
}

/** The labels that every object that is created gets. */
const addedLabels = ['eventlistener', 'trigger', 'triggers-eventid'].map(
  (one) => `triggers.tekton.dev/${one}`,
);

/** The faults of what was read, but for names that other files may have. */
function errorsOf({ findings }) {
  return findings.filter(({ severity, code }) => severity === 'error' && code !== 'tekton-missing');
}

function eventOf({ header, body, extensions, eventID }) {
  const joined = Object.entries(header ?? {}).map(([name, values]) => [name, (values ?? []).join(',')]);
  return {
    header: Object.fromEntries(joined),
    body: body ? JSON.parse(body) : null,
    extensions: extensions ?? {},
    context: { eventID },
  };
}

function byName(params) {
  return [...(params ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function differ(got, want) {
  return isDeepStrictEqual(got, want) ? undefined : `got ${print(got)}, want ${print(want)}`;
}

/** Compares what an action gives; it must throw where Tekton had an error. */
function outcome(error, want, action) {
  let got;
  try {
    got = action();
  } catch (problem) {
    if (problem instanceof Outside || problem instanceof Refused) throw problem;
    return error === undefined
      ? `got the error ${problem.message.split('\n')[0]}, want ${print(want)}`
      : undefined;
  }
  return error === undefined ? differ(got, want) : `got ${print(got)}, want the error ${error}`;
}

function print(value) {
  return JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item));
}
