import { isUtf8 } from 'node:buffer';
import { parseGoJson, printGoJson } from '../../../src/cel/go-json.ts';
import { formAsJson } from '../../../src/tekton/triggers/run-interceptors.ts';
import { handleEvent } from '../../../src/tekton/triggers/handle-event.ts';
import { loadListener } from '../../../src/tekton/triggers/load-listener.ts';
import { signBody } from '../../../src/tekton/triggers/signature.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const secret = 'secret of a test';
const listener = loadListener([
  {
    file: 'listener.yaml',
    text: `apiVersion: triggers.tekton.dev/v1beta1
kind: EventListener
metadata: { name: l, namespace: ns }
spec:
  triggers:
  - name: t
    interceptors:
    - ref: { name: github }
      params:
      - { name: secretRef, value: { secretName: hook, secretKey: token } }
      - { name: eventTypes, value: [push] }
    - ref: { name: cel }
      params:
      - { name: filter, value: "has(body.ref)" }
      - { name: overlays, value: [{ key: branch, expression: "body.ref.split('/')[2]" }] }
    bindings: [{ name: p, value: $(body.ref) }, { name: q, value: $(body..id) }]
    template: { spec: { params: [{ name: p }], resourcetemplates: [{ apiVersion: v1, kind: ConfigMap, data: { p: $(tt.params.p) } }] } }
`,
  },
]);

function send(body: Buffer, type: string, signature: string) {
  const headers = { 'content-type': type, 'x-github-event': 'push', 'x-hub-signature-256': signature };
  return handleEvent(
    listener,
    { method: 'POST', url: '/', headers, body },
    { secrets: { hook: { token: secret } }, eventId: 'e', newUid: () => 'u' },
  );
}

/** JSON is read, unless it has too many levels or too large a number; anything else is refused. */
function readBody(body: Buffer): string {
  let value: unknown;
  try {
    value = parseGoJson(body);
  } catch (error) {
    const problem = (error as Error).message;
    if (isUtf8(body) && !/nested deeper|too large/.test(problem) && isJson(body.toString('utf8')))
      throw new Error(`JSON, and refused: ${problem}`, { cause: error });
    return problem;
  }
  return printGoJson(value);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const form = 'application/x-www-form-urlencoded';
const seeds = corpusOf('webhook');
const words = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\\u',
    '\\ud83d',
    '\\udc00',
    '\\u0000',
    ' ',
    '\n',
    'true',
    'null',
  ],
  ...['-', '0', '1e400', '1.5E-3', '"ref"', '"refs/heads/main"', '"id"', '"__proto__"', '"constructor"'],
  ...[
    'a=',
    '&',
    '%',
    '%41',
    '%zz',
    '+',
    ';',
    'payload=',
    '$(body.ref)',
    '\u2028',
    '{"ref":"refs/heads/main"}',
  ],
];

/** The body of a webhook, before and after its signature, as JSON and as a form. */
export const target: FuzzTarget = {
  name: 'webhook',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 400,
  run: async (body) => {
    const unsigned = await send(body, 'application/json', 'sha256=00');
    if (unsigned.triggers.some(({ outcome }) => outcome === 'fired'))
      throw new Error('fired without a signature');
    const fields = formAsJson(form, body);
    return [
      readBody(body),
      fields === undefined ? undefined : readBody(Buffer.from(fields)),
      unsigned,
      await send(body, 'application/json', signBody(body, secret)),
      await send(body, form, signBody(body, secret)),
    ];
  },
};
