import { messageOf } from '../../model/errors.ts';
import { guardMark } from '../../process/guardian.ts';
import { run } from '../../process/run.ts';
import type { Engine } from './container-arguments.ts';

/** An image that is there. */
export interface Image {
  /** `repository@digest`, or the id of an image that no registry knows. */
  readonly id: string;
  /** The user it starts as by itself; empty for root. */
  readonly user: string;
}

/** An image that is looked for, or was found. */
interface Search {
  readonly image: Promise<Image>;
  /** Ends it when no one waits any more. */
  readonly end: AbortController;
  waiting: number;
}

/** Images of one engine: each is looked for, and pulled when it is not there, once. */
export class Images {
  readonly #engine: Engine;
  readonly #known = new Map<string, Search>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The image; the error of one that cannot be pulled is a sentence of the engine. Of several that wait, each ends for itself. */
  async get(reference: string, stop: AbortSignal): Promise<Image> {
    const search = this.#known.get(reference) ?? this.#search(reference);
    search.waiting++;
    try {
      return await untilStop(search.image, stop);
    } finally {
      if (--search.waiting === 0 && stop.aborted) {
        this.#forget(reference, search);
        search.end.abort();
      }
    }
  }

  #search(reference: string): Search {
    const end = new AbortController();
    const search = { image: this.#find(reference, end.signal), end, waiting: 0 };
    this.#known.set(reference, search);
    // What failed once may be there the next time.
    search.image.catch(() => this.#forget(reference, search));
    return search;
  }

  #forget(reference: string, search: Search): void {
    if (this.#known.get(reference) === search) this.#known.delete(reference);
  }

  async #find(reference: string, stop: AbortSignal): Promise<Image> {
    const there = await this.#inspect(reference);
    if (there) return there;
    const { code, stderr } = await run(this.#engine, ['pull', '--quiet', reference], {
      to: 'pull an image',
      // One that waits for a registry that is silent does not outlive this process.
      env: { ...process.env, [guardMark[0]]: guardMark[1] },
      signal: stop,
      allow: 'any',
    });
    const pulled = code === 0 ? await this.#inspect(reference) : undefined;
    if (pulled) return pulled;
    throw new Error(engineSentence(stderr));
  }

  async #inspect(reference: string): Promise<Image | undefined> {
    const format = '{{json .RepoDigests}}|{{.Id}}|{{.Config.User}}';
    const { code, stdout } = await run(this.#engine, ['image', 'inspect', '--format', format, reference], {
      to: 'look for an image',
      allow: [0, 1, 125],
    });
    if (code !== 0) return undefined;
    const [digests = '[]', id = '', user = ''] = stdout.toString().trim().split('|');
    const [digest] = (JSON.parse(digests) as string[] | null) ?? [];
    return { id: digest ?? (id.startsWith('sha256:') ? id : `sha256:${id}`), user };
  }
}

/** The same, or the reason of the signal when that fires first. */
function untilStop<T>(promise: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onStop = () => reject(stop.reason as Error);
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
    promise.then(resolve, reject).finally(() => stop.removeEventListener('abort', onStop));
  });
}

/** What an engine says of a failure: its last line, without the word that every one starts with. */
export function engineSentence(stderr: string | Error): string {
  const lines = (typeof stderr === 'string' ? stderr : messageOf(stderr)).trim().split('\n');
  const line = lines.findLast((text) => /error/i.test(text)) ?? lines.at(-1) ?? '';
  return line
    .replace(/^(Error|Error response from daemon): (Error response from daemon: )?/, '')
    .replace(/\.$/, '');
}
