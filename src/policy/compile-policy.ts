import { messageOf } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { PolicyAction } from '../model/policy.ts';
import { placeOf, type KeyPath } from '../yaml/source.ts';
import { autogenSpecs } from './autogen.ts';
import { fieldsOf, type CelProgram, type PolicyCel } from '../cel/kubernetes.ts';
import type { PolicyBinding, Exception, MatchResources, PolicySpec } from './policy-schema.ts';
import type { LoadedPolicy, PolicySet } from './read-policies.ts';

export interface CompiledValidation {
  readonly program: CelProgram;
  readonly message: string | undefined;
  readonly messageProgram: CelProgram | undefined;
  /** As the author wrote it. */
  readonly expression: string;
}

/** A policy, or what autogen made of it for other kinds, ready to be evaluated. */
export interface CompiledVariant {
  readonly match: MatchResources | undefined;
  readonly matchConditions: readonly CelProgram[];
  readonly variables: ReadonlyMap<string, CelProgram>;
  readonly validations: readonly CompiledValidation[];
  readonly annotations: readonly CelProgram[];
}

export interface CompiledPolicy {
  readonly loaded: LoadedPolicy;
  readonly name: string;
  readonly isAdmissionPolicy: boolean;
  readonly mode: 'Kubernetes' | 'JSON';
  readonly ignoresErrors: boolean;
  readonly actions: readonly PolicyAction[];
  readonly variants: readonly CompiledVariant[];
  readonly exceptions: readonly {
    readonly exception: Exception;
    readonly conditions: readonly CelProgram[];
  }[];
  readonly bindings: readonly PolicyBinding[];
}

/** Compiles the policies of a set that compile, with a finding at its place for each expression that does not. */
export function compilePolicies(
  set: PolicySet,
  options: { readonly cel: PolicyCel; readonly now: Date },
): { readonly policies: readonly CompiledPolicy[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const policies = set.policies.flatMap((loaded) => {
    const found = findings.length;
    const policy = compilePolicy(loaded, set, { ...options, findings });
    return findings.length === found ? [policy] : [];
  });
  return { policies, findings };
}

function compilePolicy(
  loaded: LoadedPolicy,
  set: PolicySet,
  options: { readonly cel: PolicyCel; readonly now: Date; readonly findings: Finding[] },
): CompiledPolicy {
  const { policy } = loaded;
  const { kind, metadata, spec } = policy;
  const isAdmissionPolicy = kind === 'ValidatingAdmissionPolicy';
  const compiler = new Compiler(loaded, options.cel, options.findings);
  const variants = [compiler.variant(spec)];
  const bindings = set.bindings.filter((binding) => binding.spec.policyName === metadata.name);
  if (!isAdmissionPolicy && spec.evaluation?.mode !== 'JSON') {
    variants.push(...autogenSpecs(spec).map((generated) => compiler.variant(generated)));
  }
  const exceptions = set.exceptions.filter(
    ({ spec: { policyRefs, expiresAt } }) =>
      policyRefs.some((ref) => ref.name === metadata.name && ref.kind === kind) &&
      (expiresAt === undefined || expiresAt > options.now),
  );
  return {
    loaded,
    name: metadata.name,
    isAdmissionPolicy,
    mode: spec.evaluation?.mode === 'JSON' ? 'JSON' : 'Kubernetes',
    ignoresErrors: spec.failurePolicy === 'Ignore',
    actions: actionsOf(spec, bindings, isAdmissionPolicy),
    variants,
    exceptions: exceptions.map((exception) => ({
      exception,
      conditions: (exception.spec.matchConditions ?? []).map(({ expression }) =>
        compiler.expression(expression, ['metadata', 'name'], 'bool'),
      ),
    })),
    bindings,
  };
}

/** A ValidatingPolicy denies unless it sets other actions; an admission policy has those of its bindings. */
function actionsOf(
  spec: PolicySpec,
  bindings: readonly PolicyBinding[],
  isAdmission: boolean,
): PolicyAction[] {
  if (!isAdmission) return spec.validationActions ?? spec.validationAction ?? ['Deny'];
  const actions = bindings.flatMap((binding) => binding.spec.validationActions ?? []);
  return actions.length > 0 ? [...new Set(actions)] : ['Deny'];
}

class Compiler {
  private readonly loaded: LoadedPolicy;
  private readonly cel: PolicyCel;
  private readonly findings: Finding[];

  constructor(loaded: LoadedPolicy, cel: PolicyCel, findings: Finding[]) {
    this.loaded = loaded;
    this.cel = cel;
    this.findings = findings;
  }

  variant(spec: PolicySpec): CompiledVariant {
    const variables = new Map<string, CelProgram>();
    const written = this.loaded.policy.spec;
    for (const [index, { name, expression }] of (spec.variables ?? []).entries()) {
      const path = ['spec', 'variables', index, 'expression'];
      const program = this.expression(expression, path, undefined, [...variables.keys()]);
      variables.set(name, program);
    }
    const names = [...variables.keys()];
    const all = (list: readonly { expression: string }[] | undefined, key: string, type: string) =>
      (list ?? []).map(({ expression }, index) =>
        this.expression(expression, ['spec', key, index, 'expression'], type, names),
      );
    return {
      match: spec.matchConstraints,
      // Kyverno evaluates match conditions before variables; the API server gives them to both.
      matchConditions: all(spec.matchConditions, 'matchConditions', 'bool'),
      variables,
      validations: (spec.validations ?? []).map((validation, index) => ({
        program: this.expression(
          validation.expression,
          ['spec', 'validations', index, 'expression'],
          'bool',
          names,
        ),
        message: validation.message?.trim() || undefined,
        messageProgram: validation.messageExpression
          ? this.expression(
              validation.messageExpression,
              ['spec', 'validations', index, 'messageExpression'],
              'string',
              names,
            )
          : undefined,
        expression: written.validations?.[index]?.expression ?? validation.expression,
      })),
      annotations: (spec.auditAnnotations ?? []).map(({ valueExpression }, index) =>
        this.expression(
          valueExpression,
          ['spec', 'auditAnnotations', index, 'valueExpression'],
          undefined,
          names,
        ),
      ),
    };
  }

  expression(text: string, path: KeyPath, type?: string, variables: readonly string[] = []): CelProgram {
    try {
      const unknown = fieldsOf(text, 'variables').find((name) => !variables.includes(name));
      if (unknown !== undefined) throw new Error(`there is no variable ${unknown} before this expression`);
      const program = this.cel.compile(text);
      if (type === undefined || program.type === 'dyn' || program.type === type) return program;
      throw new Error(`it gives ${program.type} where ${type} is needed`);
    } catch (error) {
      this.report(messageOf(error), path);
      return { type: 'dyn', evaluate: () => undefined };
    }
  }

  private report(why: string, path: KeyPath): void {
    const { source, policy } = this.loaded;
    const place = placeOf(source, path);
    // The variants of autogen have the same fault at the same place.
    if (this.findings.some((each) => each.place.keyPath === place.keyPath && each.place.file === place.file))
      return;
    this.findings.push({
      code: 'policy-invalid',
      severity: 'error',
      place,
      message: `An expression of the policy ${policy.metadata.name} does not compile: ${why}.`,
      fix: 'Correct the expression; docs/policies.md lists the functions that there are.',
    });
  }
}
