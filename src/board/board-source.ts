import type { LoopView } from '../model/loop-view.ts';

/** All that the board reads. */
export interface BoardSource {
  snapshot(): LoopView;
  /** Calls the listener after each change; returns the function that ends that. */
  subscribe(listener: () => void): () => void;
  /** The file with the log of a step of a run in the snapshot; it may not be there yet. */
  openLog(run: string, task: string, step: string): Promise<string | undefined> | string | undefined;
  /** The remotes that a person can clone and push to, shown with their addresses. */
  readonly remotes?: readonly { readonly name: string; readonly url: string }[] | undefined;
  /** How to get the password for them, as a sentence; never the password itself. */
  readonly remotesNote?: string | undefined;
}
