import type { KeySource, Volume, VolumeMount, VolumeSource } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { checkLabelUnlessOpen } from './names.ts';
import { unique } from './params.ts';

const volumeKinds = ['emptyDir', 'persistentVolumeClaim', 'configMap', 'secret', 'projected'] as const;
const bindingKinds = [...volumeKinds, 'volumeClaimTemplate'] as const;

const needsCluster: Readonly<Record<string, string>> = Object.fromEntries(
  ['csi', 'hostPath', 'nfs', 'ephemeral', 'downwardAPI', 'image', 'iscsi', 'gitRepo', 'cephfs'].map(
    (kind) => [kind, `Use ${volumeKinds.join(', ')}; drivers and Pods need a cluster.`],
  ),
);

/** What a workspace binding reads besides its name: the sources that run here, and those that are refused. */
export const bindingSources = { read: bindingKinds, refused: needsCluster };

export function readVolumes(list: Cursor): Volume[] {
  const volumes = list.items().map((cursor): Volume => {
    cursor.checkFields('volume', { read: ['name', ...volumeKinds], refused: needsCluster });
    checkLabelUnlessOpen(cursor.at('name'), 'a volume');
    return {
      name: cursor.at('name').requiredText(),
      source: readSource(cursor, volumeKinds, 'volume'),
      place: cursor.place,
    };
  });
  return unique(volumes, list);
}

export function readVolumeMounts(list: Cursor): VolumeMount[] {
  return list.items().map((cursor) => {
    cursor.checkFields('volume mount', {
      read: ['name', 'mountPath', 'subPath', 'readOnly'],
      refused: {
        subPathExpr: 'Write subPath.',
        mountPropagation: 'Leave it out; there is no Pod.',
        recursiveReadOnly: 'Write readOnly.',
      },
    });
    return {
      name: cursor.at('name').requiredText(),
      mountPath: cursor.at('mountPath').requiredText(),
      subPath: cursor.at('subPath').text(),
      readOnly: cursor.at('readOnly').boolean(),
      place: cursor.place,
    };
  });
}

/** The one source that a volume or workspace binding names. */
export function readSource(
  cursor: Cursor,
  kinds: readonly (typeof bindingKinds)[number][],
  what: string,
): VolumeSource {
  const present = kinds.filter((kind) => cursor.at(kind).exists);
  const [kind] = present;
  if (kind === undefined || present.length > 1) {
    if (!Object.keys(needsCluster).some((refused) => cursor.at(refused).exists)) {
      cursor.fault(
        `${cursor.path}: a ${what} names exactly one source, and this one names ${present.join(' and ') || 'none'}.`,
        `Write one of ${kinds.join(', ')}.`,
      );
    }
    return { kind: 'emptyDir' };
  }
  const source = cursor.at(kind);
  switch (kind) {
    case 'persistentVolumeClaim':
      source.checkFields(kind, { read: ['claimName', 'readOnly'] });
      return {
        kind,
        claimName: source.at('claimName').requiredText(),
        readOnly: source.at('readOnly').boolean(),
      };
    case 'configMap':
    case 'secret':
      return readKeySource(source, kind, kind === 'secret' ? 'secretName' : 'name');
    case 'projected':
      source.checkFields(kind, { read: ['sources', 'defaultMode'] });
      if (source.at('sources').items().length === 0)
        source.fault(`${source.path} has no sources.`, 'Add sources.');
      return {
        kind,
        sources: source
          .at('sources')
          .items()
          .flatMap((one) => readProjectedSource(one, readMode(source, 'defaultMode'))),
      };
    case 'volumeClaimTemplate':
      return { kind };
    case 'emptyDir':
      source.checkFields(kind, { read: [], ignored: ['medium', 'sizeLimit'] });
      return { kind };
  }
}

function readProjectedSource(cursor: Cursor, mode: number | undefined): KeySource[] {
  cursor.checkFields('projected source', {
    read: ['secret', 'configMap'],
    refused: {
      serviceAccountToken: 'There is no cluster that would give a token.',
      downwardAPI: 'There is no Pod.',
      clusterTrustBundle: 'There is no cluster.',
    },
  });
  const kind = cursor.at('secret').exists ? 'secret' : 'configMap';
  if (!cursor.at(kind).exists) return [];
  const source = cursor.at(kind);
  source.checkFields(kind, { read: ['name', 'items', 'optional'] });
  return [{ ...readKeys(source, kind, 'name'), mode }];
}

function readKeySource(source: Cursor, kind: KeySource['kind'], nameField: string): KeySource {
  source.checkFields(kind, { read: [nameField, 'items', 'optional', 'defaultMode'] });
  return { ...readKeys(source, kind, nameField), mode: readMode(source, 'defaultMode') };
}

function readKeys(source: Cursor, kind: KeySource['kind'], nameField: string): KeySource {
  const items = source.at('items');
  return {
    kind,
    name: source.at(nameField).requiredText(),
    items: items.exists
      ? items.items().map((item) => {
          item.checkFields('item', { read: ['key', 'path', 'mode'] });
          const key = item.at('key').requiredText();
          return { key, path: item.at('path').requiredText(), mode: readMode(item, 'mode') };
        })
      : undefined,
    optional: source.at('optional').boolean(),
  };
}

/** Permissions of a file, as a cluster takes them: 0 to 0777. */
function readMode(cursor: Cursor, field: string): number | undefined {
  const at = cursor.at(field);
  const mode = at.number();
  if (mode === undefined || mode <= 0o777) return mode;
  at.fault(`${at.path} must be from 0 to 0777 (octal).`, 'Write it with a zero first, such as 0755.');
  return undefined;
}
