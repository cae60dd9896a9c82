import { messageOf } from '../model/errors.ts';
import type { PolicyVerdict } from '../model/policy.ts';
import { toCel, type CelProgram, type PolicyScope } from '../cel/kubernetes.ts';
import type { CompiledPolicy, CompiledVariant } from './compile-policy.ts';
import { matchesLabels } from '../kubernetes/label-selector.ts';
import { matchesConstraints } from './match.ts';
import type { PolicyBinding } from './policy-schema.ts';
import { requestOf, type Subject } from './subject.ts';

/** What a policy decides about one object: a verdict without the object's name. */
export type PolicyDecision = Pick<PolicyVerdict, 'result' | 'message' | 'expression'>;

/** The parameters that the bindings of admission policies may choose from. */
export interface EvaluationOptions {
  readonly params?: readonly unknown[] | undefined;
}

/** Judges an object; undefined when the constraints of the policy do not match it. Never throws. */
export function evaluatePolicy(
  policy: CompiledPolicy,
  subject: Subject,
  options: EvaluationOptions = {},
): PolicyDecision | undefined {
  const { metadata, kind } = policy.loaded.policy;
  if (policy.mode === 'JSON') return evaluateJson(policy, subject.value);
  if (kind === 'NamespacedValidatingPolicy' && metadata.namespace !== subject.namespace) return undefined;
  const variant = policy.variants.find((each) =>
    each.match === undefined ? policy.isAdmissionPolicy : matchesConstraints(each.match, subject),
  );
  if (!variant) return undefined;
  if (!policy.isAdmissionPolicy) return decide(policy, variant, scopeOf(variant, subject));
  if (policy.bindings.length === 0) {
    return decideAdmission(policy, variant, scopeOf(variant, subject));
  }
  const bound = policy.bindings.filter(
    ({ spec }) => spec.matchResources === undefined || matchesConstraints(spec.matchResources, subject),
  );
  const decisions = bound.map((binding) => {
    const params = paramsOf(binding, options.params ?? [], subject.namespace);
    return decideAdmission(policy, variant, scopeOf(variant, subject, params));
  });
  return decisions.find(({ result }) => result === 'fail' || result === 'error') ?? decisions.at(-1);
}

/** Judges any data by a policy of the mode JSON, whose expressions call it `object`. Never throws. */
export function evaluateJson(policy: CompiledPolicy, value: unknown): PolicyDecision {
  const [variant] = policy.variants;
  const scope: PolicyScope = {
    ...nothing,
    object: toCel(value),
    exceptions: {},
    variables: lazyVariables(variant!, () => scope),
  };
  return decide(policy, variant!, scope);
}

const nothing = {
  object: null,
  oldObject: null,
  namespaceObject: null,
  params: null,
  request: {},
};

function scopeOf(variant: CompiledVariant, subject: Subject, params: unknown = null): PolicyScope {
  const scope: PolicyScope = {
    ...nothing,
    params,
    object: subject.operation === 'DELETE' ? null : subject.value,
    oldObject: subject.operation === 'CREATE' ? null : subject.value,
    namespaceObject: toCel(subject.namespaceObject ?? null),
    exceptions: {},
    variables: lazyVariables(variant, () => scope),
  };
  defineLazy(scope, 'request', () => requestOf(subject));
  return scope;
}

/** The order of Kyverno (pkg/cel/policies/vpol/compiler/policy.go): exceptions, match conditions, validations. */
function decide(policy: CompiledPolicy, variant: CompiledVariant, scope: PolicyScope): PolicyDecision {
  const allowed = { allowedImages: [] as string[], allowedValues: [] as string[] };
  for (const { exception, conditions } of policy.exceptions) {
    const matched = matchesAll(conditions, scope, policy.ignoresErrors);
    if (typeof matched === 'object') return matched;
    if (!matched) continue;
    const { metadata, spec } = exception;
    if (!spec.images?.length && !spec.allowedValues?.length) {
      return {
        result: spec.reportResult ?? 'skip',
        message: `the exception ${metadata.name} takes it out`,
      };
    }
    allowed.allowedImages.push(...(spec.images ?? []));
    allowed.allowedValues.push(...(spec.allowedValues ?? []));
  }
  Object.assign(scope.exceptions as object, allowed);
  const matched = matchesAll(variant.matchConditions, scope, policy.ignoresErrors);
  if (typeof matched === 'object') return matched;
  if (!matched) return { result: 'skip', message: 'a match condition is not met' };
  for (const [index, validation] of variant.validations.entries()) {
    const { expression } = validation;
    try {
      if (requireBoolean(validation.program.evaluate(scope))) continue;
    } catch (error) {
      return { result: 'error', message: messageOf(error), expression };
    }
    const message =
      messageFrom(validation.messageProgram, scope) ??
      validation.message ??
      `CEL expression validation failed at index ${index}`;
    return annotate(variant, scope) ?? { result: 'fail', message, expression };
  }
  return annotate(variant, scope) ?? { result: 'pass', message: '' };
}

/** The order of the API server, as the Kyverno CLI follows it: the first validation that does not admit decides. */
function decideAdmission(
  policy: CompiledPolicy,
  variant: CompiledVariant,
  scope: PolicyScope,
): PolicyDecision {
  const matched = matchesAll(variant.matchConditions, scope, policy.ignoresErrors);
  if (typeof matched === 'object') return matched;
  if (!matched) return { result: 'skip', message: 'a match condition is not met' };
  for (const validation of variant.validations) {
    const { expression } = validation;
    try {
      if (requireBoolean(validation.program.evaluate(scope))) continue;
      let message: string | undefined;
      try {
        const value = validation.messageProgram?.evaluate(scope);
        // The API server ignores a message that is empty, too long or of more than one line.
        if (typeof value === 'string' && value.trim() !== '' && !/\n/.test(value)) message = value.trim();
      } catch {
        message = undefined;
      }
      return {
        result: 'fail',
        message: message ?? validation.message ?? `failed expression: ${expression.trim()}`,
        expression,
      };
    } catch (error) {
      if (policy.ignoresErrors) continue;
      return { result: 'error', message: messageOf(error), expression };
    }
  }
  return { result: 'pass', message: '' };
}

/** Whether all conditions are true. A false one decides even if others fail; without a false one, a failure counts by the failure policy. */
function matchesAll(
  conditions: readonly CelProgram[],
  scope: PolicyScope,
  ignoresErrors: boolean,
): boolean | PolicyDecision {
  let fault: string | undefined;
  for (const condition of conditions) {
    try {
      if (!requireBoolean(condition.evaluate(scope))) return false;
    } catch (error) {
      fault ??= messageOf(error);
    }
  }
  if (fault === undefined) return true;
  return ignoresErrors ? false : { result: 'error', message: `a match condition fails: ${fault}` };
}

function annotate(variant: CompiledVariant, scope: PolicyScope): PolicyDecision | undefined {
  for (const annotation of variant.annotations) {
    try {
      const value = annotation.evaluate(scope);
      if (typeof value !== 'string' && value !== null) throw new Error('its value is not a string');
    } catch (error) {
      return { result: 'error', message: `an audit annotation fails: ${messageOf(error)}` };
    }
  }
  return undefined;
}

function messageFrom(program: CelProgram | undefined, scope: PolicyScope): string | undefined {
  if (!program) return undefined;
  try {
    const value = program.evaluate(scope);
    if (typeof value === 'string') return value || undefined;
    return 'the message expression is not a string';
  } catch (error) {
    return `failed to evaluate message expression: ${messageOf(error)}`;
  }
}

function requireBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`the expression gives ${value === null ? 'null' : typeof value}, not true or false`);
}

/** The variables of a policy. Each is evaluated when it is first read, and its value or error is kept. */
function lazyVariables(variant: CompiledVariant, scope: () => PolicyScope): object {
  const variables = {};
  for (const [name, program] of variant.variables) {
    defineLazy(variables, name, () => program.evaluate(scope()));
  }
  return variables;
}

function defineLazy(target: object, name: string, compute: () => unknown): void {
  let known: { readonly value: unknown } | { readonly error: Error } | undefined;
  const get = (): unknown => {
    if (known === undefined) {
      try {
        known = { value: compute() };
      } catch (error) {
        known = { error: error instanceof Error ? error : new Error(messageOf(error)) };
      }
    }
    if ('error' in known) throw known.error;
    return known.value;
  };
  Object.defineProperty(target, name, { get, enumerable: true, configurable: true });
}

function paramsOf(
  { spec: { paramRef } }: PolicyBinding,
  params: readonly unknown[],
  namespace: string,
): unknown {
  if (paramRef === undefined) return null;
  const found = params.filter((param) => {
    const { metadata } = param as {
      metadata?: { name?: string; namespace?: string; labels?: Record<string, string> };
    };
    if (paramRef.namespace !== undefined && (metadata?.namespace ?? namespace) !== paramRef.namespace)
      return false;
    if (paramRef.name !== undefined) return metadata?.name === paramRef.name;
    return paramRef.selector !== undefined && matchesLabels(paramRef.selector, metadata?.labels ?? {});
  });
  if (paramRef.selector !== undefined && found.length > 1) return toCel({ items: found });
  return toCel(found[0] ?? null);
}
