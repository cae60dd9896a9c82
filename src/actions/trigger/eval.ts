import { askGithub } from '../../github/trigger-questions.ts';
import {
  handleEvent,
  loadListener,
  readTektonFiles,
  type EventAnswer,
  type KeyedValues,
} from '../../tekton/index.ts';
import { parseRequest } from './parse-request.ts';
import { readNamedFile } from '../read/read-named-file.ts';

export interface EvaluateTriggerOptions {
  /** Files of Tekton Triggers, or folders of them. */
  readonly files: readonly string[];
  /** The EventListener; needed when the files have several. */
  readonly listener?: string | undefined;
  /** A file with a raw HTTP request. */
  readonly request: string;
  /** Values of Secrets: name → key → value. */
  readonly secrets: KeyedValues;
  /** The address of GitHub's API; without it no one is asked, and what would ask is refused. */
  readonly githubApi?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly eventId: string;
  readonly newUid: () => string;
}

/** What an EventListener would answer to a request, which triggers would fire, and what they would create; creates nothing. */
export async function evaluateTrigger(options: EvaluateTriggerOptions): Promise<EventAnswer> {
  const { githubApi } = options;
  const files = await readTektonFiles(options.files);
  const listener = loadListener(files, options.listener, { asksGithub: githubApi !== undefined });
  return handleEvent(listener, parseRequest(await readNamedFile(options.request), options.request), {
    ...options,
    github: githubApi === undefined ? undefined : askGithub(githubApi, options.signal),
  });
}
