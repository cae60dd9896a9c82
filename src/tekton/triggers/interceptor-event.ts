import type { KeyedValues } from '../types.ts';
import type { GithubQuestions } from './github-questions.ts';
import type { Headers } from './headers.ts';

/** The event as an interceptor sees it. */
export interface InterceptorEvent {
  /** The bytes over which the sender signed, or what a form became. */
  readonly raw: Buffer;
  readonly headers: Headers;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly url: string;
}

/** What an interceptor can ask beside the event. */
export interface InterceptorWorld {
  readonly secrets: KeyedValues;
  /** Undefined where no one is to be asked over the network. */
  readonly github?: GithubQuestions | undefined;
}

/** What an interceptor adds to the extensions, or why it stops the event. */
export type InterceptorAnswer =
  { readonly extensions: Readonly<Record<string, unknown>> } | { readonly stopped: string };

/** The answer that lets an event through as it is. */
export const letThrough: InterceptorAnswer = { extensions: {} };
