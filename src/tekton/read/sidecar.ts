import type { Probe, Sidecar } from '../types.ts';
import { containerFields, noTemplate, readContainer } from './container.ts';
import type { Cursor } from './cursor.ts';
import { checkLabelUnlessOpen } from './names.ts';

export function readSidecar(cursor: Cursor, index: number): Sidecar {
  cursor.checkFields('sidecar', {
    read: ['name', 'script', 'workspaces', 'readinessProbe', 'startupProbe', ...containerFields.read],
    ignored: containerFields.ignored,
    refused: { ...containerFields.refused, restartPolicy: 'Leave it out; nothing is restarted here.' },
  });
  if (cursor.at('name').text() === 'tekton-log-results')
    cursor.at('name').fault(`${cursor.path}: the name tekton-log-results is taken.`, 'Rename the sidecar.');
  checkLabelUnlessOpen(cursor.at('name'), 'a sidecar');
  const container = readContainer(cursor, noTemplate);
  return {
    ...container,
    name: cursor.at('name').text() || `unnamed-${index}`,
    startupProbe: readProbe(cursor.at('startupProbe')),
    readinessProbe: readProbe(cursor.at('readinessProbe')),
  };
}

/** A probe with the defaults of Kubernetes. */
function readProbe(cursor: Cursor): Probe | undefined {
  if (!cursor.exists) return undefined;
  cursor.checkFields('probe', {
    read: [
      ...['exec', 'httpGet', 'tcpSocket', 'initialDelaySeconds', 'periodSeconds', 'timeoutSeconds'],
      'failureThreshold',
    ],
    ignored: ['successThreshold', 'terminationGracePeriodSeconds'],
    refused: { grpc: 'Use exec, httpGet or tcpSocket.' },
  });
  const how = readHow(cursor);
  if (!how) return undefined;
  const seconds = (field: string, fallback: number) => cursor.at(field).number() ?? fallback;
  return {
    how,
    initialDelay: seconds('initialDelaySeconds', 0),
    period: seconds('periodSeconds', 10) || 10,
    timeout: seconds('timeoutSeconds', 1) || 1,
    failureThreshold: seconds('failureThreshold', 3) || 3,
  };
}

function readHow(cursor: Cursor): Probe['how'] | undefined {
  const exec = cursor.at('exec');
  const http = cursor.at('httpGet');
  const tcp = cursor.at('tcpSocket');
  if (exec.exists) {
    exec.checkFields('exec', { read: ['command'] });
    return { kind: 'exec', command: exec.at('command').texts() };
  }
  if (http.exists) {
    http.checkFields('httpGet', { read: ['path', 'port', 'scheme'], ignored: ['host', 'httpHeaders'] });
    return {
      kind: 'http',
      path: http.at('path').text() ?? '/',
      port: portOf(http.at('port')),
      scheme: http.at('scheme').text()?.toLowerCase() === 'https' ? 'https' : 'http',
    };
  }
  if (tcp.exists) {
    tcp.checkFields('tcpSocket', { read: ['port'], ignored: ['host'] });
    return { kind: 'tcp', port: portOf(tcp.at('port')) };
  }
  if (!cursor.at('grpc').exists)
    cursor.fault(`${cursor.path} does not say how to probe.`, 'Write exec, httpGet or tcpSocket.');
  return undefined;
}

/** A port is a number, or a name. */
function portOf(cursor: Cursor): string {
  if (!cursor.exists) cursor.fault(`${cursor.path} is missing.`, 'Add port.');
  return cursor.scalar() ?? '';
}
