/** What the calls of a kind are, as a reader knows them. */
const kinds = {
  path: 'JSONPath of a binding (`parseJSONPath`)',
  relaxed: 'Braces and dots around a path (`relaxedJSONPathExpression`)',
  expression: 'One `$(…)` (`tektonJSONPathExpression`)',
  expressions: 'All `$(…)` of a text (`findTektonExpressions`)',
  bind: 'Parameters of an event (`applyEventValuesToParams`)',
  resolve: 'References of a trigger (`ResolveTrigger`)',
  escape: '`$(` in a value (`escapeTektonVariables`)',
  fill: 'Values in a template (`applyParamsToResourceTemplate`)',
  uid: '`$(uid)` (`applyUIDToResourceTemplate`)',
  resources: 'Resources of a template (`ResolveResources`)',
  labels: 'Labels of what is created (`addLabels`)',
  cel: 'CEL expressions (`evaluate`)',
  own: '[Expressions of our own](../../tools/conformance/triggers/expressions.json), by Triggers’ CEL',
  'cel interceptor': 'The interceptor cel (`Process`)',
  interceptor: 'The interceptors github, gitlab, bitbucket, slack (`Process`)',
  'owners payload': '`githubOwners`: what is read of an event',
  'files payload': '`addChangedFiles`: what is read of an event',
  'github api': 'Where GitHub’s API is (`makeClient`)',
  chain: 'Chains of interceptors (`ExecuteInterceptors`)',
  event: 'The listener over HTTP (`HandleEvent`)',
  payload: 'Bodies that are refused (`IsValidPayload`)',
  'binding-eval': '`cmd/binding-eval` and its files',
  'cel-eval': '`cmd/cel-eval` and its files',
  request: '`cmd/triggerrun`: recorded requests',
  trigger: '`cmd/triggerrun`: Trigger files',
  validation: 'Admission of all kinds (`Validate`)',
};

/** Why a call differs, by its expression. */
const reasons = {
  'sets.contains([[1]], [[1.0]])':
    'cel-go compares what lists of lists hold before it evaluates; the engine here sees lists.',
  "{1: 'x'}.marshalJSON()": 'the engine here holds the keys of a map as texts.',
  'body.big == 9007199254740993':
    'beyond 2^53 Go rounds the whole number before it compares; the engine here compares exactly.',
};

/** The part of the page about Tekton Triggers, as Markdown. */
export function printTriggers(outcomes) {
  const kindOf = ({ test }) => (test.endsWith('TestExpressionsOfBitiq') ? 'own' : test.split(':', 1)[0]);
  const count = (verdict, of = outcomes) => of.filter((one) => one.verdict === verdict).length;
  const compared = count('agrees') + count('differs');
  const rows = Object.entries(kinds).map(([kind, label]) => {
    const own = outcomes.filter((one) => kindOf(one) === kind);
    return `| ${label} | ${count('agrees', own)} | ${['differs', 'refused', 'outside'].map((verdict) => count(verdict, own) || '').join(' | ')} |`;
  });
  const differing = outcomes
    .filter(({ verdict }) => verdict === 'differs')
    .map(({ name, why }) => `- ${code(name)}: ${reasons[name] ?? text(why)}`);
  const list = (verdict) => {
    const whys = outcomes.filter((one) => one.verdict === verdict).map(({ why }) => text(withoutPlace(why)));
    return [...new Set(whys)].sort().map((why) => `- ${why}`);
  };
  return `## Triggers

Every call that the Go tests of Triggers make of the functions that matter here is recorded (what goes in, what comes out) and made
again with ours. **${count('agrees')} of ${compared} calls agree**; ${count('refused')} are refused by name before an event comes,
${count('outside')} have no counterpart without a cluster. Triggers' own code is also given [bindings](../../tools/conformance/triggers/bindings.json) and
expressions of ours, and its admission lets the files of [pipelines/triggers/](../../pipelines/README.md) in.

| Calls | Agree | Differ | Refused | Outside |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

What differs:

${differing.join('\n')}

What is refused:

${list('refused').join('\n')}

What has no counterpart:

${list('outside').join('\n')}`;
}

function withoutPlace(why) {
  return why.replace(/^(?:spec|list)\S*: /, '');
}

/** The page with this part in the place of what it had, before the part about clusters when it had none. */
export function replaceTriggers(page, outcomes) {
  const part = `${printTriggers(outcomes)}\n\n`;
  const start = page.search(/^## Triggers$/m);
  if (start >= 0) {
    const next = page.slice(start + 1).search(/^## /m);
    return `${page.slice(0, start)}${part}${next < 0 ? '' : page.slice(start + 1 + next)}`;
  }
  const cluster = page.search(/^## Beside/m);
  const at = cluster < 0 ? page.length : cluster;
  return `${page.slice(0, at).trimEnd()}\n\n${part}${page.slice(at)}`.trimEnd().concat('\n');
}

function code(name) {
  return `\`${text(name).replaceAll('`', "'").replaceAll('\\|', '|')}\``;
}

function text(why) {
  return why.replaceAll('\n', ' ').replaceAll('|', '\\|').replace(/[<>]/g, '').slice(0, 300);
}
