import type { Volume } from '../types.ts';
import type { Cursor } from './cursor.ts';
import { readVolumes } from './volumes.ts';

/** What a Pod template asks for that means something without a Pod; scheduling does not. */
export function readPodTemplate(cursor: Cursor): { volumes: Volume[] } {
  cursor.checkFields('podTemplate', {
    read: ['volumes', 'nodeSelector', 'affinity'],
    ignored: [
      ...['tolerations', 'securityContext', 'runtimeClassName', 'priorityClassName', 'schedulerName'],
      ...[
        'automountServiceAccountToken',
        'imagePullSecrets',
        'topologySpreadConstraints',
        'enableServiceLinks',
      ],
      'hostNetwork',
    ],
    refused: {
      env: 'Write env in a step template.',
      hostAliases: 'Names are resolved as this machine does.',
      dnsPolicy: 'Names are resolved as this machine does.',
      dnsConfig: 'Names are resolved as this machine does.',
      hostUsers: 'Steps run as you.',
    },
  });
  for (const [place, text] of [...cursor.at('nodeSelector').scalars(), ...cursor.at('affinity').scalars()]) {
    if (text === 'windows') place.refuse('a Windows node', 'Write a script for a POSIX shell.');
  }
  return { volumes: readVolumes(cursor.at('volumes')) };
}
