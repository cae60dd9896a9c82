import { findNamed } from './find-named.ts';
import type { BindingReference, BindingParam, Listener, Trigger, TriggerTemplate } from './types.ts';

/** A trigger with what its references name. */
export interface ResolvedTrigger {
  readonly namespace: string;
  readonly params: readonly BindingParam[];
  readonly template: TriggerTemplate;
}

/** Looks up the bindings and the template of a trigger; a parameter that two bindings give is thrown. */
export function resolveTrigger(source: Listener, trigger: Trigger): ResolvedTrigger {
  const namespace = trigger.namespace ?? source.listener.namespace;
  const params = trigger.bindings.flatMap((binding) => paramsOf(source, binding, namespace));
  const names = params.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`duplicate param name: ${twice}`);
  const { template } = trigger;
  if (typeof template !== 'string') return { namespace, params, template };
  return { namespace, params, template: findNamed(source.templates, template, namespace)[0]!.value };
}

function paramsOf(source: Listener, binding: BindingReference, namespace: string): readonly BindingParam[] {
  if (binding.kind === 'inline') return [binding.param];
  const there = binding.kind === 'TriggerBinding' ? source.bindings : source.clusterBindings;
  return findNamed(there, binding.ref, namespace)[0]?.value ?? [];
}
