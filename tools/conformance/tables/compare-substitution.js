// Variables of texts: putting values in, and finding references.
import { differ, errorOf } from './kit.js';

export async function compareSubstitution(kit) {
  const { replaceText, replaceList, replacementsOf, readTask, readObject } = kit;
  const { parseParamReference, parseResultReference, parseStepResultReference, variablesOf } =
    await kit.load('substitution/variables.js');

  const substitution = {
    ApplyReplacements: ({ arguments: [text, strings], results }) =>
      differ(replaceText(text, replacementsOf(strings)), results[0]),
    ApplyArrayReplacements: ({ arguments: [text, strings, arrays], results }) =>
      differ(replaceList([text], replacementsOf(strings, arrays)), results[0]),
    ValidateNoReferencesToUnknownVariables: refusesUnknown,
    ValidateNoReferencesToUnknownVariablesWithDetail: refusesUnknown,
    ValidateNoReferencesToProhibitedVariables: ({ arguments: [text, , names], results }) =>
      refusal(scriptOf('array', names, text), /whole array|takes a key/, results[0]),
    ValidateNoReferencesToEntireProhibitedVariables: ({ arguments: [text, , names], results }) =>
      results[0]?.error.includes('regexp')
        ? { outside: 'a prefix that is no regular expression of Go' }
        : refusal(scriptOf('object', names, text), /whole object/, results[0]),
    ValidateVariableReferenceIsIsolated: ({ arguments: [text, , names], results }) =>
      refusal(argsOf('array', names, text), /whole array/, results[0]),
    ExtractVariableExpressions: ({ arguments: [text, prefix], results }) =>
      differ(
        variablesOf(text)
          .filter((key) => key.startsWith(prefix))
          .map((key) => `$(${key})`),
        results[0] ?? [],
      ),
    ExtractArrayIndexingParamsExpressions: ({ arguments: [text], results }) =>
      differ(
        variablesOf(text)
          .filter((key) => /^\d+$/.test(parseParamReference(key)?.index ?? ''))
          .map((key) => `$(${key})`),
        results[0] ?? [],
      ),
    ExtractVariablesFromString: ({ arguments: [text, prefix], results: [names, , error] }) => {
      if (!text.includes(prefix)) return differ(names, []);
      const references = variablesOf(text.replaceAll('$(inputs.', '$(')).flatMap(
        (key) => parseParamReference(key) ?? [],
      );
      return error === ''
        ? differ(
            references.map((reference) => reference?.name),
            names,
          )
        : refusal(argsOf('string', { baz: {} }, text.replaceAll('$(inputs.', '$(')), /./, { error });
    },
  };

  function refusesUnknown({ arguments: [text, prefix, names], results }) {
    if (prefix.startsWith('resources'))
      return results[0]
        ? { outside: 'PipelineResources, which this version does not have any more' }
        : undefined;
    const [, object] = /^params\\?\.(\w+)$/.exec(prefix) ?? [];
    if (object) {
      const properties = Object.fromEntries(Object.keys(names).map((name) => [name, { type: 'string' }]));
      const params = [{ name: object, type: 'object', properties }];
      return refusal(readObject('Task', { params, steps: [{ image: 'i', args: [text] }] }), /./, results[0]);
    }
    if (!prefix.endsWith('params')) {
      return refusal(
        readObject('Task', { steps: [{ image: 'i', args: [text] }] }),
        /no such variable|not declared|no variable/,
        results[0],
      );
    }
    return refusal(argsOf('string', names, text.replaceAll('$(inputs.', '$(')), /./, results[0]);
  }
  const declare = (type, names) =>
    Object.keys(names).map((name) =>
      type === 'object' || (type === 'string' && name.startsWith('object'))
        ? { name, type: 'object', properties: { key1: { type: 'string' }, key2: { type: 'string' } } }
        : { name, type },
    );
  // Other parameters of the text are declared as well, so that only the one in question can be at fault.
  const scriptOf = (type, names, text) => readWith(type, names, { script: text }, text);
  const argsOf = (type, names, text) =>
    readWith(type, names, { args: [text] }, type === 'string' ? '' : text);
  const readWith = (type, names, step, text) => {
    const others = variablesOf(text).flatMap((key) => parseParamReference(key)?.name ?? []);
    const params = [
      ...declare(type, names),
      ...declare('string', Object.fromEntries(others.map((name) => [name, {}]))),
    ];
    const unique = params.filter(({ name }, index) => params.findIndex((one) => one.name === name) === index);
    return readObject('Task', { params: unique, steps: [{ image: 'i', ...step }] });
  };
  const refusal = ({ findings }, pattern, error) => {
    const messages = findings.map(({ message }) => message).filter((message) => pattern.test(message));
    if (messages.length > 0 === Boolean(error)) return undefined;
    return `got ${messages.join('; ') || 'no fault'}, want ${error?.error ?? 'none'}`;
  };

  const parsed = (reference, name) =>
    reference && {
      ResourceName: reference[name],
      ResultName: reference.result,
      ResultType: reference.key !== undefined ? 'object' : reference.index !== undefined ? 'array' : 'string',
      ObjectKey: reference.key ?? '',
      ArrayIdx: /^\d+$/.test(reference.index ?? '') ? Number(reference.index) : null,
    };
  const parses = (parse, name) => (call) =>
    errorOf(call)
      ? parse(call.arguments[0]) && 'got a reference, want an error'
      : differ(parsed(parse(call.arguments[0]), name), call.results[0]);

  const { replaceTask } = await kit.load('substitution/replace-task.js');
  const inTask =
    (field) =>
    ({ arguments: [given, strings, arrays], after: [want] }) => {
      const wrap = (item) =>
        readTask({ steps: [{ name: 's', image: 'i' }], [field]: field === 'stepTemplate' ? item : [item] });
      return differ(onlyKnown(replaceTask(wrap(given), replacementsOf(strings, arrays))), wrap(want));
    };
  // What onError becomes is read again only when the step starts.
  const onlyKnown = (task) => ({
    ...task,
    steps: task.steps.map((one) => ({
      ...one,
      onError: one.onError === 'continue' ? 'continue' : 'stopAndFail',
    })),
  });
  const withPackage = (name, all) =>
    Object.fromEntries(Object.entries(all).map(([key, one]) => [`${name}:${key}`, one]));
  return {
    ...withPackage('pkg/substitution', substitution),
    ...withPackage('pkg/internal/resultref', {
      LooksLikeResultRef: ({ arguments: [text], results }) =>
        differ(parseResultReference(text) !== undefined, results[0]),
      ParseTaskExpression: parses(parseResultReference, 'task'),
      ParseStepExpression: parses(parseStepResultReference, 'step'),
      ParseResultName: ({ arguments: [text], results: [name, index] }) => {
        const reference = parseResultReference(`tasks.t.results.${text}`);
        return differ([reference?.result, reference?.index ?? ''], [name, index]);
      },
    }),
    ...withPackage('pkg/container', {
      ApplyStepReplacements: inTask('steps'),
      ApplySidecarReplacements: inTask('sidecars'),
      ApplyStepTemplateReplacements: inTask('stepTemplate'),
    }),
  };
}
