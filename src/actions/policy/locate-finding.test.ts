import { describe, expect, it } from 'vitest';
import { readManifests } from '../../kubernetes/objects.ts';
import { firstLines, lineInDocument } from './locate-finding.ts';

const manifests = `---
# Source: chart/templates/a.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    # a comment
    "app": web
spec:
  replicas: 1
  template:
    metadata:
      labels: { app: web }
    spec:
      containers:
      - name: replicas
        image: web
      hostNetwork: true
---
apiVersion: v1
kind: Service
metadata:
  name: other
`;
const documents = readManifests(manifests);
const firsts = firstLines(manifests, documents);

function textAt(expression: string): string {
  const deployment = documents[1]!;
  const line = lineInDocument(deployment, firsts.get(deployment)!, [expression]);
  return manifests.split('\n')[line - 1]!;
}

describe('the line of a finding', () => {
  it('begins each document where it begins', () => {
    expect([...firsts.values()].map((line) => manifests.split('\n')[line - 1])).toEqual([
      'apiVersion: v1',
      'apiVersion: apps/v1',
      'apiVersion: v1',
    ]);
    expect([...firsts.values()]).toEqual([3, 8, 26]);
  });

  it.each([
    ['object.spec.replicas >= 2', '  replicas: 1'],
    ['object.spec.?replicas.orValue(1) >= 2', '  replicas: 1'],
    ['object.metadata.labels.app == "x"', '    "app": web'],
    ['object.spec.hostNetwork != true', '      hostNetwork: true'],
    ['object.spec.containers.all(c, c.image != "")', '      containers:'],
    ['object.spec.replicas.nothing == 1', '  replicas: 1'],
    ['object.spec.missing == 1', 'spec:'],
    ['namespaceObject.metadata.name == "x"', 'apiVersion: apps/v1'],
    ['true', 'apiVersion: apps/v1'],
  ])('of %s is %s', (expression, text) => {
    expect(textAt(expression)).toBe(text);
  });
});
