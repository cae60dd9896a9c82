/** A part of a JSONPath. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'slice'; readonly slice: Slice }
  | {
      readonly kind: 'filter';
      readonly left: readonly Node[];
      /** As it is written, right or wrong; undefined asks only whether the left side is there. */
      readonly operator: string | undefined;
      readonly right: readonly Node[];
    }
  /** An int is a bigint, a float a number. */
  | { readonly kind: 'value'; readonly value: bigint | number | boolean }
  | { readonly kind: 'every' }
  | { readonly kind: 'deep' }
  | { readonly kind: 'union'; readonly paths: readonly (readonly Node[])[] }
  | { readonly kind: 'word'; readonly word: string };

export interface Slice {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number | undefined;
  /** One item alone: `to` follows from `from`. */
  readonly isIndex: boolean;
}

/** A JSONPath that cannot be read, or that finds nothing. */
export class JsonPathError extends Error {}
