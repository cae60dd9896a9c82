import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';

/** The pair of a key; Tekton's decoder takes another spelling in capitals, too, when the exact one is not there. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  const isKey = (item: Pair, wanted: (text: string) => boolean) =>
    isScalar(item.key) && typeof item.key.value === 'string' && wanted(item.key.value);
  return (
    map.items.find((item) => isKey(item, (text) => text === key)) ??
    map.items.find((item) => isKey(item, (text) => text.toLowerCase() === key.toLowerCase()))
  );
}

/** Whether a value is a node of a YAML document. */
export function isNode(value: unknown): value is Node {
  return isScalar(value) || isSeq(value) || isMap(value) || isAlias(value);
}
