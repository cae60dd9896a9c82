import type { RefSource } from '../types.ts';

/** A file that a resolver has fetched. */
export interface Fetched {
  readonly text: string;
  readonly source: RefSource;
  /** What findings in it name as its file. */
  readonly label: string;
}

/** Values of the parameters of a resolver, and of the Secrets that they may name. */
export interface ResolverInput {
  readonly params: ReadonlyMap<string, string>;
  /** Name → key → value. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly namespace: string;
  /** The folder in which a relative path of a repository starts; undefined when the reference was fetched itself. */
  readonly folder: string | undefined;
  readonly signal: AbortSignal;
}

/** Why a resolver could not fetch, as a sentence of Tekton's own resolver where it has one. */
export class ResolutionError extends Error {}

/** A value out of a Secret that a parameter names. */
export function secretValue({ secrets, namespace }: ResolverInput, name: string, key: string): string {
  const secret = secrets[name];
  if (!secret)
    throw new ResolutionError(`cannot get API token, secret ${name} not found in namespace ${namespace}`);
  const value = secret[key];
  if (value !== undefined) return value;
  throw new ResolutionError(
    `cannot get API token, key ${key} not found in secret ${name} in namespace ${namespace}`,
  );
}
