const requestTimeoutMs = 30_000;
const longestWay = 5;

/**
 * A `fetch` that asks one origin only: neither a next page nor a redirect takes a request, and the token in it,
 * to another one. Ends at once with an AbortError when the signal is aborted; an AbortError is one that is not tried again.
 */
export function guardedFetch(origin: string, signal: AbortSignal | undefined) {
  return async (target: string, init: RequestInit): Promise<Response> => {
    let next = target;
    for (let count = 0; count < longestWay; count++) {
      const to = new URL(next).origin;
      if (to !== origin) throw final(`it led to another address, ${to}`);
      const answer = await fetchOnce(next, init, signal);
      const location = answer.headers.get('location');
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) return answer;
      await answer.body?.cancel();
      const asked = init.method ?? 'GET';
      if (asked !== 'GET' && answer.status !== 307 && answer.status !== 308)
        throw final(`it moved the address of a ${asked} request`);
      if (!URL.canParse(location, next)) throw final('it led to no address');
      next = new URL(location, next).href;
    }
    throw final('it led from one address to the next');
  };
}

async function fetchOnce(
  target: string,
  init: RequestInit,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const ends = [AbortSignal.timeout(requestTimeoutMs), ...(signal ? [signal] : [])];
  try {
    return await fetch(target, { ...init, redirect: 'manual', signal: AbortSignal.any(ends) });
  } catch (error) {
    throw signal?.aborted ? final('it was ended here') : error;
  }
}

function final(message: string): Error {
  return Object.assign(new Error(message), { name: 'AbortError' });
}
