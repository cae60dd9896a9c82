import type { PipelineTaskWorkspace, WorkspaceBinding, WorkspaceDeclaration } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { unique } from './params.ts';
import { bindingSources, readSource } from './volumes.ts';

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
      read: ['name', 'subPath', ...bindingSources.read],
      refused: bindingSources.refused,
    });
    return {
      name: cursor.at('name').requiredText(),
      subPath: cursor.at('subPath').text(),
      source: readSource(cursor, bindingSources.read, 'workspace binding'),
      place: cursor.place,
    };
  });
  return unique(bindings, list);
}
