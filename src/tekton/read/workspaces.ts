import type {
  PipelineTaskWorkspace,
  VolumeSource,
  WorkspaceBinding,
  WorkspaceDeclaration,
} from '../types.ts';
import type { Cursor } from './cursor.ts';
import { unique } from './params.ts';

const sources = ['emptyDir', 'persistentVolumeClaim', 'volumeClaimTemplate', 'configMap', 'secret'] as const;

export function readWorkspaceDeclarations(list: Cursor): WorkspaceDeclaration[] {
  const declarations = list.items().map((cursor): WorkspaceDeclaration => {
    cursor.checkFields('workspace', { read: ['name', 'description', 'mountPath', 'readOnly', 'optional'] });
    return {
      name: cursor.at('name').requiredText(),
      optional: cursor.at('optional').boolean(),
      readOnly: cursor.at('readOnly').boolean(),
      mountPath: cursor.at('mountPath').text(),
      place: cursor.place,
    };
  });
  return unique(declarations, list);
}

export function readPipelineTaskWorkspaces(list: Cursor): PipelineTaskWorkspace[] {
  const workspaces = list.items().map((cursor): PipelineTaskWorkspace => {
    cursor.checkFields('workspace of a pipeline task', { read: ['name', 'workspace', 'subPath'] });
    const name = cursor.at('name').requiredText();
    return {
      name,
      workspace: cursor.at('workspace').text() || name,
      subPath: cursor.at('subPath').text(),
      place: cursor.place,
    };
  });
  return unique(workspaces, list);
}

export function readWorkspaceBindings(list: Cursor): WorkspaceBinding[] {
  const bindings = list.items().map((cursor): WorkspaceBinding => {
    cursor.checkFields('workspace binding', {
      read: ['name', 'subPath', ...sources],
      refused: {
        projected: 'Bind a secret or a configMap of its own.',
        csi: 'Bind a secret or a persistentVolumeClaim; drivers need a cluster.',
      },
    });
    return {
      name: cursor.at('name').requiredText(),
      subPath: cursor.at('subPath').text(),
      source: readSource(cursor),
      place: cursor.place,
    };
  });
  return unique(bindings, list);
}

function readSource(cursor: Cursor): VolumeSource {
  const present = sources.filter((kind) => cursor.at(kind).exists);
  const [kind] = present;
  if (present.length !== 1) {
    if (!cursor.at('projected').exists && !cursor.at('csi').exists) {
      cursor.fault(
        `${cursor.path}: a workspace binding names exactly one source, and this one names ${present.join(' and ') || 'none'}.`,
        `Write one of ${sources.join(', ')}.`,
      );
    }
    return { kind: 'emptyDir' };
  }
  const source = cursor.at(kind!);
  switch (kind!) {
    case 'persistentVolumeClaim':
      source.checkFields('persistentVolumeClaim', { read: ['claimName'], ignored: ['readOnly'] });
      return { kind: 'persistentVolumeClaim', claimName: source.at('claimName').requiredText() };
    case 'configMap':
      source.checkFields('configMap', { read: ['name'], ignored: ['defaultMode'], refused: keyRefusals });
      return { kind: 'configMap', name: source.at('name').requiredText() };
    case 'secret':
      source.checkFields('secret', { read: ['secretName'], ignored: ['defaultMode'], refused: keyRefusals });
      return { kind: 'secret', name: source.at('secretName').requiredText() };
    case 'volumeClaimTemplate':
      return { kind: 'volumeClaimTemplate' };
    case 'emptyDir':
      return { kind: 'emptyDir' };
  }
}

const keyRefusals = {
  items: 'Leave items out: every key becomes a file of its own name.',
  optional: 'Leave optional out and give the object.',
};
