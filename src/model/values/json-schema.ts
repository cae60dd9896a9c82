import { z } from 'zod';

type Node = { [key: string]: unknown };

/** A zod schema as Helm can check it: JSON schema of draft 7, without `anyOf`, for which Helm prints a fault per branch. */
export function helmSchema(schema: z.ZodType): Record<string, unknown> {
  return tidy(z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })) as Node;
}

function tidy(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidy);
  if (typeof node !== 'object' || node === null) return node;
  const tidied: Node = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'maximum' && value === Number.MAX_SAFE_INTEGER) continue; // zod's own bound of integers says nothing here
    tidied[key] = tidy(value);
  }
  return unwrapAnyOf(tidied);
}

// `anyOf` of plain types becomes one node with a list of types.
function unwrapAnyOf(node: Node): Node {
  const { anyOf, ...rest } = node;
  if (!Array.isArray(anyOf)) return node;
  const branches = anyOf as Node[];
  const types = branches.flatMap((branch) => branch['type'] as string | string[]);
  const merged: Node = Object.assign({}, ...branches, rest, { type: types });
  if (Array.isArray(merged['enum']) && types.includes('null')) merged['enum'] = [...merged['enum'], null];
  return merged;
}
