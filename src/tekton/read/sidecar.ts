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
  const ports = portsOf(cursor.at('ports'));
  return {
    ...container,
    name: cursor.at('name').text() || `unnamed-${index}`,
    startupProbe: readProbe(cursor.at('startupProbe'), ports),
    readinessProbe: readProbe(cursor.at('readinessProbe'), ports),
  };
}

/** Numbers of the ports of a container, by name. */
type Ports = ReadonlyMap<string, string>;

function portsOf(list: Cursor): Ports {
  return new Map(
    list.items().map((port) => [port.at('name').text() ?? '', port.at('containerPort').scalar() ?? '']),
  );
}

/** A probe with the defaults of Kubernetes. */
function readProbe(cursor: Cursor, ports: Ports): Probe | undefined {
  if (!cursor.exists) return undefined;
  cursor.checkFields('probe', {
    read: [
      ...['exec', 'httpGet', 'tcpSocket', 'initialDelaySeconds', 'periodSeconds', 'timeoutSeconds'],
      'failureThreshold',
    ],
    ignored: ['successThreshold', 'terminationGracePeriodSeconds'],
    refused: { grpc: 'Use exec, httpGet or tcpSocket.' },
  });
  const how = readHow(cursor, ports);
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

function readHow(cursor: Cursor, ports: Ports): Probe['how'] | undefined {
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
      port: portOf(http.at('port'), ports),
      scheme: http.at('scheme').text()?.toLowerCase() === 'https' ? 'https' : 'http',
    };
  }
  if (tcp.exists) {
    tcp.checkFields('tcpSocket', { read: ['port'], ignored: ['host'] });
    return { kind: 'tcp', port: portOf(tcp.at('port'), ports) };
  }
  if (!cursor.at('grpc').exists)
    cursor.fault(`${cursor.path} does not say how to probe.`, 'Write exec, httpGet or tcpSocket.');
  return undefined;
}

/** A port is a number, or the name that a port of the container has. */
function portOf(cursor: Cursor, ports: Ports): string {
  const text = cursor.scalar() ?? '';
  const port = ports.get(text) ?? text;
  if (!cursor.exists) cursor.fault(`${cursor.path} is missing.`, 'Add port.');
  else if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    cursor.fault(
      `${cursor.path} is ${JSON.stringify(text)}, which is not a port.`,
      'Write a number from 1 to 65535, or the name that one of its ports has.',
    );
  return port;
}
