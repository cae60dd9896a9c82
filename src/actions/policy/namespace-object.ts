import type { Tree } from '../../git/tree.ts';
import type { NamespaceObject } from '../../policy/subject.ts';
import { readApplication } from '../read/read-state.ts';

/** The label of a namespace that says which environment it is; policies select by it. */
export const environmentLabel = 'bitiq.io/environment';

/** The namespace of an environment as it will be: with the labels that its Application gives it. */
export async function readNamespaceObject(
  tree: Tree,
  environment: string,
  namespace: string,
): Promise<NamespaceObject> {
  const application = await readApplication(tree, environment);
  const labels = application.document.getIn(['spec', 'syncPolicy', 'managedNamespaceMetadata', 'labels']);
  const given = (labels as { toJSON?(): Record<string, string> } | undefined)?.toJSON?.() ?? {};
  return namespaceObject(namespace, { [environmentLabel]: environment, ...given });
}

/** A namespace with these labels and the one that Kubernetes gives. */
export function namespaceObject(name: string, labels: Readonly<Record<string, string>>): NamespaceObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name, ...labels } },
  };
}
