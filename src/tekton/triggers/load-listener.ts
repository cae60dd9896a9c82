import { BitiqError } from '../../model/errors.ts';
import { refuseFindings, type TektonFinding } from '../finding.ts';
import type { Cursor } from '../read/cursor.ts';
import { readDocuments, type SourceFile } from '../read/documents.ts';
import { checkListener, checkName } from './check-listener.ts';
import { findNamed } from './find-named.ts';
import { readBinding, readBindingParams } from './read-bindings.ts';
import { bundled, readInterceptors, type ReadOptions } from './read-interceptors.ts';
import { readTemplate } from './read-template.ts';
import type { EventListener, Listener, Trigger, TriggerSelector } from './types.ts';

/** Both are served by Triggers, and say the same but for interceptors that stand outside `ref`, which are refused. */
const apis = ['triggers.tekton.dev/v1beta1', 'triggers.tekton.dev/v1alpha1'];

/** A listener and every fault of the files. */
export interface ReadListeners {
  readonly listeners: readonly Listener[];
  readonly findings: readonly TektonFinding[];
}

/** The EventListener of the files (by name when there are several) with all it reaches; any fault is thrown. */
export function loadListener(
  files: readonly SourceFile[],
  name?: string,
  options: ReadOptions = {},
): Listener {
  const { listeners, findings } = readListeners(files, options);
  refuseFindings(findings);
  const found = listeners.filter(({ listener }) => name === undefined || listener.name === name);
  if (found.length === 1) return found[0]!;
  const there = listeners.map(({ listener }) => listener.name).join(', ') || 'none';
  throw new BitiqError({
    code: 'tekton-missing',
    message: name
      ? `There is no EventListener named "${name}".`
      : `The files have ${listeners.length} EventListeners.`,
    fix: `Name one; the files have ${there}.`,
  });
}

/** Reads all EventListeners of the files. Objects of other API groups are left alone. */
export function readListeners(files: readonly SourceFile[], options: ReadOptions = {}): ReadListeners {
  const findings: TektonFinding[] = [];
  const listeners: EventListener[] = [];
  const reachable = {
    triggers: [] as Trigger[],
    bindings: [] as Listener['bindings'][number][],
    clusterBindings: [] as Listener['clusterBindings'][number][],
    templates: [] as Listener['templates'][number][],
  };
  for (const document of readDocuments(files, findings)) {
    const apiVersion = document.at('apiVersion').text() ?? '';
    if (!apiVersion.startsWith('triggers.tekton.dev/')) continue;
    const kind = document.at('kind').text();
    const metadata = document.at('metadata');
    const name = metadata.at('name').requiredText();
    const named = { name, namespace: metadata.at('namespace').text() };
    const spec = document.at('spec');
    if (!apis.includes(apiVersion)) document.at('apiVersion').refuse(apiVersion, `Write ${apis[0]}.`);
    else if (kind === 'EventListener') listeners.push(readListener(document, options));
    else if (kind === 'Trigger') {
      checkName(metadata);
      reachable.triggers.push(readTrigger(spec, name, document, options));
    } else if (kind === 'TriggerBinding' || kind === 'ClusterTriggerBinding') {
      checkName(metadata);
      const list = kind === 'TriggerBinding' ? reachable.bindings : reachable.clusterBindings;
      list.push({ ...named, value: readBindingParams(spec) });
    } else if (kind === 'TriggerTemplate') {
      checkName(metadata);
      reachable.templates.push({ ...named, value: readTemplate(spec, metadata) });
    } else document.at('kind').refuse(`the kind ${kind}`, `Use the interceptors ${bundled.join(', ')}.`);
  }
  for (const listener of listeners) {
    for (const trigger of listener.triggers) {
      if ('ref' in trigger) {
        if (findNamed(reachable.triggers, trigger.ref, listener.namespace).length === 0)
          findings.push(missing('Trigger', trigger.ref, reachable.triggers, trigger.place));
      } else findings.push(...checkTrigger(trigger, reachable, listener.namespace));
    }
  }
  const namespace = listeners.length === 1 ? listeners[0]!.namespace : 'default';
  for (const trigger of reachable.triggers)
    findings.push(...checkTrigger(trigger, reachable, trigger.namespace ?? namespace));
  return { listeners: listeners.map((listener) => ({ listener, ...reachable })), findings };
}

function readListener(document: Cursor, options: ReadOptions): EventListener {
  const metadata = document.at('metadata');
  const spec = document.at('spec');
  spec.checkFields('EventListener', {
    read: ['triggers', 'triggerGroups', 'labelSelector', 'namespaceSelector'],
    ignored: ['serviceAccountName', 'resources'],
    refused: { cloudEventURI: 'Leave it out: no events are sent on.', podTemplate: 'Use resources.' },
  });
  checkListener(metadata, spec);
  return {
    name: metadata.at('name').requiredText(),
    namespace: metadata.at('namespace').text() ?? 'default',
    triggers: spec
      .at('triggers')
      .items()
      .map((trigger) => {
        const ref = trigger.at('triggerRef').text();
        if (ref === undefined)
          return readTrigger(trigger, trigger.at('name').text() ?? '', document, options);
        trigger.checkFields('Trigger', { read: ['name', 'triggerRef'], ignored: ['serviceAccountName'] });
        return { ref, place: trigger.place };
      }),
    groups: spec
      .at('triggerGroups')
      .items()
      .map((group) => {
        group.checkFields('trigger group', { read: ['name', 'interceptors', 'triggerSelector'] });
        return {
          name: group.at('name').requiredText(),
          interceptors: readInterceptors(group.at('interceptors'), options),
          selector: readSelector(group.at('triggerSelector')),
        };
      }),
    selector: readSelector(spec),
    validatesPayload: metadata.at('annotations').at('tekton.dev/payload-validation').text() !== 'false',
  };
}

function readTrigger(spec: Cursor, name: string, document: Cursor, options: ReadOptions): Trigger {
  spec.checkFields('Trigger', {
    read: ['name', 'bindings', 'template', 'interceptors'],
    ignored: ['serviceAccountName'],
  });
  const template = spec.at('template');
  template.checkFields('template of a Trigger', { read: ['ref', 'spec', 'apiversion'] });
  template.at('apiversion').oneOf(['v1alpha1', 'v1beta1', 'triggers.tekton.dev/v1beta1'], 'v1beta1');
  if (template.at('ref').exists === template.at('spec').exists) {
    spec.fault(
      `The trigger "${name}" needs exactly one of template.ref and template.spec.`,
      'Write one of the two.',
    );
  }
  if (template.at('ref').exists) template.at('ref').requiredText();
  return {
    name,
    namespace: document.at('metadata').at('namespace').text(),
    labels: Object.fromEntries(
      document
        .at('metadata')
        .at('labels')
        .entries()
        .map(([key, value]) => [key, value.text() ?? '']),
    ),
    interceptors: readInterceptors(spec.at('interceptors'), options),
    bindings: spec.at('bindings').items().map(readBinding),
    template: template.at('spec').exists
      ? readTemplate(template.at('spec'), undefined)
      : (template.at('ref').text() ?? ''),
    place: spec.place,
  };
}

function readSelector(cursor: Cursor): TriggerSelector {
  const selector = cursor.at('labelSelector');
  const namespaces = cursor.at('namespaceSelector').at('matchNames').texts();
  if (!selector.exists) return { namespaces };
  selector.checkFields('labelSelector', { read: ['matchLabels', 'matchExpressions'] });
  return {
    namespaces,
    labels: {
      matchLabels: Object.fromEntries(
        selector
          .at('matchLabels')
          .entries()
          .map(([key, value]) => [key, value.text() ?? '']),
      ),
      matchExpressions: selector
        .at('matchExpressions')
        .items()
        .map((expression) => ({
          key: expression.at('key').requiredText(),
          operator: expression.at('operator').oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], 'In'),
          values: expression.at('values').texts(),
        })),
    },
  };
}

function checkTrigger(
  trigger: Trigger,
  reachable: Omit<Listener, 'listener'>,
  namespace: string,
): TektonFinding[] {
  const findings: TektonFinding[] = [];
  for (const binding of trigger.bindings) {
    if (binding.kind === 'inline') continue;
    const there = binding.kind === 'TriggerBinding' ? reachable.bindings : reachable.clusterBindings;
    if (findNamed(there, binding.ref, namespace).length === 0)
      findings.push(missing(binding.kind, binding.ref, there, binding.place));
  }
  const { template } = trigger;
  if (typeof template === 'string' && findNamed(reachable.templates, template, namespace).length === 0)
    findings.push(missing('TriggerTemplate', template, reachable.templates, trigger.place));
  return findings;
}

function missing(
  kind: string,
  name: string,
  there: readonly { readonly name: string }[],
  place: Trigger['place'],
): TektonFinding {
  const names = there.map((one) => one.name).join(', ');
  return {
    code: 'tekton-missing',
    severity: 'error',
    message: `There is no ${kind} named "${name}" in the files.`,
    fix: `The files have ${names || `no ${kind}`}.`,
    place,
  };
}
