// Makes of a file of Tekton objects one for the cluster and one for the toolkit, with the same names.
import { parseAllDocuments } from 'yaml';

const runKinds = new Set(['PipelineRun', 'TaskRun']);

/**
 * The objects of a file in one namespace: each run has a name of its own, so that both sides name everything alike. `standIn`
 * replaces the image of every container on the cluster's side; `images` says which image each was, by what replaces it.
 */
export function prepareFile(text, { namespace, standIn }) {
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((object) => object !== null);
  const named = objects.map((object, index) => ({
    ...object,
    metadata: { ...nameOf(object, index), namespace },
  }));
  const runs = named.filter(({ kind }) => runKinds.has(kind));
  const images = new Map();
  return {
    toolkit: named,
    cluster: {
      objects: named.filter((object) => !runs.includes(object)).map((object) => stand(object)),
      runs: runs.map((object) => stand(object)),
    },
    runs: runs.map(({ kind, metadata }) => ({ kind, name: metadata.name })),
    images,
  };

  function stand(value) {
    if (standIn === undefined || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(stand);
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => {
        if (name !== 'image' || typeof field !== 'string') return [name, stand(field)];
        images.set(field, standIn);
        return [name, standIn];
      }),
    );
  }
}

function nameOf({ metadata }, index) {
  const { generateName, ...rest } = metadata;
  return rest.name === undefined ? { ...rest, name: `${generateName}run${index}` } : rest;
}
