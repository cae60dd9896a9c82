/** A variable of a text: `$(params.x)` has the key `params.x`. */
export const variable = /\$\(([^()]*)\)/g;

/** The keys of all variables of a text, in order. */
export function variablesOf(text: string): string[] {
  return [...text.matchAll(variable)].map((match) => match[1]!);
}

const ofTekton = [
  /^params(?:\.\S+$|\[.+\])/,
  /^workspaces\.[^.\s]+\.(?:path|bound|claim|volume)$/,
  /^(?:step\.)?results[.[]\S*path$/,
  /^(?:tasks|finally)\.[^.\s]+\.(?:results[.[]\S+|matrix\S+|status|reason)$/,
  /^steps\.[^.\s]+\.(?:results[.[]\S+|exitCode\.path)$/,
  /^context\.(?:pipelineRun|pipelineTask|pipeline|taskRun|task)\.\S+$/,
  /^(?:credentials\.path|tasks\.status|tt\.params\.\S+)$/,
];

/** The variables of texts, each once, that have the form of Tekton's: no command of a shell is named so. */
export function tektonVariablesOf(texts: readonly string[]): string[] {
  const keys = texts.flatMap((text) => (text.includes('$(') ? variablesOf(text) : []));
  return [...new Set(keys)].filter((key) => ofTekton.some((form) => form.test(key)));
}

/** The name that a key such as `params.x`, `params["x"]`, `params.x[*]`, `params.x.key` begins with, and what follows it. */
export interface ParamReference {
  readonly name: string;
  /** `key` of `params.x.key`, when `x` is an object. */
  readonly key?: string | undefined;
  /** A number, or `*`. */
  readonly index?: string | undefined;
}

const dotted = /^params\.([^.[\]]+)(?:\.([^[\]]+))?(?:\[(\d+|\*)\])?$/;
const bracketed = /^params\[(?:"([^"]+)"|'([^']+)')\](?:\[(\d+|\*)\])?$/;

/** Reads a key as a reference to a parameter; undefined when it is not one. */
export function parseParamReference(key: string): ParamReference | undefined {
  const plain = dotted.exec(key);
  if (plain) return { name: plain[1]!, key: plain[2], index: plain[3] };
  const quoted = bracketed.exec(key);
  if (quoted) return { name: quoted[1] ?? quoted[2]!, index: quoted[3] };
  return undefined;
}

/** A reference to a result of an earlier step of the same task. */
export interface StepResultReference {
  readonly step: string;
  readonly result: string;
  readonly key?: string | undefined;
  readonly index?: string | undefined;
}

/** Reads a key as `steps.<step>.results.<result>`, a result of an earlier step; undefined when it is not one. */
export function parseStepResultReference(key: string): StepResultReference | undefined {
  const match = /^steps\.([^.]+)\.results\.([^.[\]]+)(?:\.([^.[\]]+))?(?:\[(\d+|\*)\])?$/.exec(key);
  return match ? { step: match[1]!, result: match[2]!, key: match[3], index: match[4] } : undefined;
}

/** A reference to a result of a task of the same pipeline. */
export interface ResultReference {
  readonly task: string;
  readonly result: string;
  readonly key?: string | undefined;
  readonly index?: string | undefined;
}

const resultDotted = /^(?:tasks|finally)\.([^.]*)\.results\.([^.[\]]+)(?:\.([^.[\]]+))?(?:\[(\d+|\*)\])?$/;
const resultBracketed =
  /^(?:tasks|finally)\.([^.]+)\.results\[(?:"([^"]+)"|'([^']+)')\](?:\[(\d+|\*|[^\]]+)\])?$/;

/** Reads a key as a reference to a result, `tasks.<task>.results.<result>`; undefined when it is not one. */
export function parseResultReference(key: string): ResultReference | undefined {
  const plain = resultDotted.exec(key);
  if (plain) return { task: plain[1]!, result: plain[2]!, key: plain[3], index: plain[4] };
  const quoted = resultBracketed.exec(key);
  if (!quoted) return undefined;
  const last = quoted[4];
  const isIndex = last === undefined || /^(\d+|\*)$/.test(last);
  return {
    task: quoted[1]!,
    result: quoted[2] ?? quoted[3]!,
    ...(isIndex ? { index: last } : { key: last }),
  };
}
