import type { Place } from '../../model/errors.ts';
import type { TektonFinding } from '../finding.ts';
import { typeOf } from '../read/params.ts';
import { isList, replaceValue } from '../substitution/replace.ts';
import { paramReplacements } from '../substitution/param-replacements.ts';
import { parseParamReference, variablesOf } from '../substitution/variables.ts';
import type { Param, ParamSpec, ParamValue } from '../types.ts';

const maxDepth = 10;

/**
 * The values of declared parameters: the given value (an object's missing keys from the default, but not in a Pipeline), else the
 * default, in which other parameters may stand (at most ten deep, no circles). Given values that are not declared are kept as well.
 */
export function bindParams(
  declared: readonly ParamSpec[],
  given: readonly Param[],
  consumer: {
    readonly what: string;
    readonly place: Place;
    /** A default may only name parameters that there are, as in Pipelines and StepActions. */
    readonly isClosed?: boolean;
    /** Tekton fills no object of a Pipeline from its default, only checks that the two have all keys. */
    readonly isPipeline?: boolean;
  },
): { values: Map<string, ParamValue>; findings: TektonFinding[] } {
  const findings: TektonFinding[] = [];
  const report = (reason: string, message: string, fix: string, place = consumer.place) =>
    findings.push({ code: 'tekton-invalid', severity: 'error', reason, message, fix, place });
  const values = new Map<string, ParamValue>(given.map((param) => [param.name, param.value]));
  const defaults = new Map<string, ParamValue>();
  for (const spec of declared) {
    const value = given.find((param) => param.name === spec.name);
    if (!value) {
      if (spec.default !== undefined) defaults.set(spec.name, spec.default);
      else {
        report(
          'ParameterMissing',
          `${consumer.what} needs the parameter "${spec.name}", and it is not given.`,
          `Give "${spec.name}".`,
        );
      }
      continue;
    }
    const type = typeOf(value.value);
    const isOpen = typeof value.value === 'string' && hasVariable.test(value.value);
    if (type !== spec.type && !isOpen) {
      report(
        'ParameterTypeMismatch',
        `${consumer.what} declares the parameter "${spec.name}" of type ${spec.type}, and the value given is of type ${type}.`,
        `Give a value of type ${spec.type}.`,
        value.place,
      );
    } else if (spec.type === 'object' && typeof value.value !== 'string' && !isList(value.value)) {
      const whole = { ...objectOf(spec.default), ...value.value };
      const missing = spec.properties.filter((property) => !(property in whole));
      if (missing.length > 0) {
        report(
          'ObjectParameterMissKeys',
          `The parameter "${spec.name}" lacks ${missing.map((key) => `"${key}"`).join(', ')}.`,
          'Give every declared property.',
          value.place,
        );
      }
      if (!consumer.isPipeline) values.set(spec.name, whole);
    }
  }
  const checkEnums = () => {
    for (const { name, enum: allowed } of declared) {
      const value = values.get(name);
      if (
        !allowed ||
        typeof value !== 'string' ||
        value === '' ||
        value.includes('$(') ||
        allowed.includes(value)
      )
        continue;
      report(
        'InvalidParamValue',
        `The parameter "${name}" is "${value}", which is not one of ${allowed.join(', ')}.`,
        `Give one of ${allowed.join(', ')}.`,
      );
    }
  };
  resolveDefaults(defaults, values, Boolean(consumer.isPipeline), (name) =>
    report(
      'PipelineValidationFailed',
      `The default of "${name}" refers to itself through other defaults, or more than ${maxDepth} deep.`,
      'Write the value out.',
    ),
  );
  for (const [name, value] of consumer.isPipeline ? defaults : []) {
    if (!isInBracketsAlone(value)) continue;
    findings.push({
      code: 'tekton-invalid',
      severity: 'warning',
      message: `The default of "${name}", ${JSON.stringify(value)}, stays as it is: Tekton sees no variable in brackets here.`,
      fix: 'Write $(params.<name>).',
      place: consumer.place,
    });
  }
  if (consumer.isClosed) {
    const there = new Set([...declared, ...given].map((param) => param.name));
    for (const [name, value] of defaults) {
      const unknown =
        typeof value === 'string' ? namesIn(value).find((other) => !there.has(other)) : undefined;
      if (unknown === undefined) continue;
      report(
        'PipelineValidationFailed',
        `The default of "${name}" names the parameter "${unknown}", which is not there.`,
        `Declare "${unknown}" under params.`,
      );
    }
  }
  checkEnums();
  return { values, findings };
}

function resolveDefaults(
  defaults: ReadonlyMap<string, ParamValue>,
  values: Map<string, ParamValue>,
  isPipeline: boolean,
  refuse: (name: string) => void,
): void {
  const resolve = (name: string, path: readonly string[]): void => {
    const value = defaults.get(name);
    if (values.has(name) || value === undefined) return;
    if (path.includes(name) || path.length >= maxDepth) {
      refuse(name);
      values.set(name, value);
      return;
    }
    if (isPipeline && isInBracketsAlone(value)) {
      values.set(name, value);
      return;
    }
    for (const other of namesIn(value)) resolve(other, [...path, name]);
    if (!values.has(name)) values.set(name, replaceValue(value, paramReplacements(values)));
  };
  for (const name of defaults.keys()) resolve(name, []);
}

/** A text with a variable in it: what it becomes is known later. */
const hasVariable = /\$\([_a-zA-Z0-9.-]+(\[([0-9]+|\*)\])?\)/;

/** Of a text, Tekton sees a variable in brackets only when there is one with a dot, too. */
function isInBracketsAlone(value: ParamValue): value is string {
  return typeof value === 'string' && !value.includes('$(params.') && namesIn(value).length > 0;
}

function namesIn(value: ParamValue): string[] {
  return variablesIn(value).flatMap((key) => parseParamReference(key)?.name ?? []);
}

/** The keys of all variables in a parameter value. */
export function variablesIn(value: ParamValue): string[] {
  if (typeof value === 'string') return variablesOf(value);
  return (isList(value) ? value : Object.values(value)).flatMap(variablesOf);
}

function objectOf(value: ParamValue | undefined): Readonly<Record<string, string>> | undefined {
  return value !== undefined && typeof value !== 'string' && !isList(value) ? value : undefined;
}
