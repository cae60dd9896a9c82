import { BitiqError } from '../../model/errors.ts';
import { refuseFindings, type TektonFinding } from '../finding.ts';
import type { Cursor } from '../read/cursor.ts';
import { readDocuments, type SourceFile } from '../read/documents.ts';
import { readInterceptors } from './read-interceptors.ts';
import { readTemplate } from './read-template.ts';
import type {
  Binding,
  BindingParam,
  EventListener,
  Listener,
  Trigger,
  TriggerSelector,
  TriggerTemplate,
} from './types.ts';

const api = 'triggers.tekton.dev/v1beta1';

/** A listener and every fault of the files. */
export interface ReadListeners {
  readonly listeners: readonly Listener[];
  readonly findings: readonly TektonFinding[];
}

/** The EventListener of the files (by name when there are several) with all it reaches; any fault is thrown. */
export function loadListener(files: readonly SourceFile[], name?: string): Listener {
  const { listeners, findings } = readListeners(files);
  refuseFindings(findings);
  const found = listeners.filter(({ listener }) => name === undefined || listener.name === name);
  if (found.length === 1) return found[0]!;
  const there = listeners.map(({ listener }) => listener.name).join(', ') || 'none';
  throw new BitiqError({
    code: 'tekton-not-found',
    message: name
      ? `There is no EventListener named "${name}".`
      : `The files have ${listeners.length} EventListeners.`,
    fix: `Name one; the files have ${there}.`,
  });
}

/** Reads all EventListeners of the files. Objects of other API groups are left alone. */
export function readListeners(files: readonly SourceFile[]): ReadListeners {
  const findings: TektonFinding[] = [];
  const listeners: EventListener[] = [];
  const triggers: Trigger[] = [];
  const bindings = new Map<string, readonly BindingParam[]>();
  const clusterBindings = new Map<string, readonly BindingParam[]>();
  const templates = new Map<string, TriggerTemplate>();
  for (const document of readDocuments(files, findings)) {
    const apiVersion = document.at('apiVersion').text() ?? '';
    const kind = document.at('kind').text();
    if (!apiVersion.startsWith('triggers.tekton.dev/')) continue;
    const name = document.at('metadata').at('name').requiredText();
    const spec = document.at('spec');
    if (apiVersion !== api) document.at('apiVersion').refuse(apiVersion, `Write ${api}.`);
    else if (kind === 'EventListener') listeners.push(readListener(document));
    else if (kind === 'Trigger') triggers.push(readTrigger(spec, name, document));
    else if (kind === 'TriggerBinding') bindings.set(name, readBindingParams(spec.at('params')));
    else if (kind === 'ClusterTriggerBinding')
      clusterBindings.set(name, readBindingParams(spec.at('params')));
    else if (kind === 'TriggerTemplate') templates.set(name, readTemplate(spec, document.at('metadata')));
    else document.at('kind').refuse(`the kind ${kind}`, 'Use the cel and github interceptors.');
  }
  const reachable = { triggers, bindings, clusterBindings, templates };
  for (const trigger of [...triggers, ...listeners.flatMap((listener) => listener.triggers)]) {
    if (!('ref' in trigger)) findings.push(...checkTrigger(trigger, reachable));
    else if (!triggers.some(({ name }) => name === trigger.ref)) {
      findings.push(
        missing(
          'Trigger',
          trigger.ref,
          triggers.map(({ name }) => name),
          trigger.place,
        ),
      );
    }
  }
  return { listeners: listeners.map((listener) => ({ listener, ...reachable })), findings };
}

function readListener(document: Cursor): EventListener {
  const metadata = document.at('metadata');
  const spec = document.at('spec');
  spec.checkFields('EventListener', {
    read: ['triggers', 'triggerGroups', 'labelSelector', 'namespaceSelector'],
    ignored: ['serviceAccountName', 'resources'],
    refused: { cloudEventURI: 'Leave it out: no events are sent on.', podTemplate: 'Use resources.' },
  });
  const namespace = metadata.at('namespace').text() ?? 'default';
  return {
    name: metadata.at('name').requiredText(),
    namespace,
    triggers: spec
      .at('triggers')
      .items()
      .map((trigger) => {
        const ref = trigger.at('triggerRef').text();
        if (ref !== undefined) return { ref, place: trigger.place };
        return readTrigger(trigger, trigger.at('name').text() ?? '', document);
      }),
    groups: spec
      .at('triggerGroups')
      .items()
      .map((group) => {
        group.checkFields('trigger group', { read: ['name', 'interceptors', 'triggerSelector'] });
        return {
          name: group.at('name').requiredText(),
          interceptors: readInterceptors(group.at('interceptors')),
          selector: readSelector(group.at('triggerSelector')),
        };
      }),
    selector: readSelector(spec),
    validatesPayload: metadata.at('annotations').at('tekton.dev/payload-validation').text() !== 'false',
  };
}

function readTrigger(spec: Cursor, name: string, document: Cursor): Trigger {
  spec.checkFields('Trigger', {
    read: ['name', 'bindings', 'template', 'interceptors'],
    ignored: ['serviceAccountName'],
  });
  const template = spec.at('template');
  template.checkFields('template of a Trigger', { read: ['ref', 'spec'], ignored: ['apiVersion'] });
  if (template.at('ref').exists === template.at('spec').exists) {
    spec.fault(
      `The trigger "${name}" needs exactly one of template.ref and template.spec.`,
      'Write one of the two.',
    );
  }
  return {
    name,
    namespace: document.at('metadata').at('namespace').text() ?? 'default',
    labels: Object.fromEntries(
      document
        .at('metadata')
        .at('labels')
        .entries()
        .map(([key, value]) => [key, value.text() ?? '']),
    ),
    interceptors: readInterceptors(spec.at('interceptors')),
    bindings: spec.at('bindings').items().map(readBinding),
    template: template.at('spec').exists
      ? readTemplate(template.at('spec'), undefined)
      : (template.at('ref').text() ?? ''),
    place: spec.place,
  };
}

function readBinding(cursor: Cursor): Binding {
  cursor.checkFields('binding', { read: ['name', 'value', 'ref', 'kind'], ignored: ['apiVersion'] });
  const ref = cursor.at('ref').text();
  const value = cursor.at('value').text();
  if (ref === undefined) {
    if (value === undefined)
      cursor.fault('The binding has neither ref nor value.', 'Write name and value, or ref.');
    return {
      kind: 'inline',
      param: { name: cursor.at('name').requiredText(), value: value ?? '' },
      place: cursor.place,
    };
  }
  const kind = cursor.at('kind').oneOf(['TriggerBinding', 'ClusterTriggerBinding'], 'TriggerBinding');
  return { kind, ref, place: cursor.place };
}

function readBindingParams(list: Cursor): BindingParam[] {
  return list.items().map((param) => {
    param.checkFields('parameter of a binding', { read: ['name', 'value'] });
    return { name: param.at('name').requiredText(), value: param.at('value').text() ?? '' };
  });
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

function checkTrigger(trigger: Trigger, reachable: Omit<Listener, 'listener'>): TektonFinding[] {
  const findings: TektonFinding[] = [];
  for (const binding of trigger.bindings) {
    if (binding.kind === 'inline') continue;
    const there = binding.kind === 'TriggerBinding' ? reachable.bindings : reachable.clusterBindings;
    if (!there.has(binding.ref))
      findings.push(missing(binding.kind, binding.ref, [...there.keys()], binding.place));
  }
  if (typeof trigger.template === 'string' && !reachable.templates.has(trigger.template)) {
    findings.push(
      missing('TriggerTemplate', trigger.template, [...reachable.templates.keys()], trigger.place),
    );
  }
  return findings;
}

function missing(
  kind: string,
  name: string,
  there: readonly string[],
  place: Trigger['place'],
): TektonFinding {
  return {
    code: 'tekton-not-found',
    severity: 'error',
    message: `There is no ${kind} named "${name}" in the files.`,
    fix: `The files have ${there.join(', ') || `no ${kind}`}.`,
    place,
  };
}
