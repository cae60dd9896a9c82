import type { RenderedDocument } from '../kubernetes/objects.ts';
import type { Lookups } from '../cel/kubernetes.ts';
import { groupVersionOf, isClusterScoped, resourceOf } from '../kubernetes/kinds.ts';

/** Looks objects up in one rendering, for `resource.Get` and `resource.List`. */
export function renderedLookups(documents: readonly RenderedDocument[], namespace: string): Lookups {
  const found = (apiVersion: string, resource: string, wanted: string) =>
    documents.filter(
      (document) =>
        groupVersionOf(document.apiVersion).group === groupVersionOf(apiVersion).group &&
        resourceOf(document.kind) === resource &&
        (wanted === '' || isIn(document, wanted, namespace)),
    );
  return {
    get: (apiVersion, resource, wanted, name) =>
      found(apiVersion, resource, wanted).find((document) => document.name === name)?.object,
    list: (apiVersion, resource, wanted) =>
      found(apiVersion, resource, wanted).map((document) => document.object),
  };
}

function isIn(document: RenderedDocument, wanted: string, namespace: string): boolean {
  return isClusterScoped(document.kind)
    ? false
    : (document.object.metadata.namespace ?? namespace) === wanted;
}
