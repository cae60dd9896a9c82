/** A body that is longer than what was asked for may be. */
export class BodyTooLong extends Error {}

/** The bytes of an answer; one that is longer than it may be is not read to its end, and throws `BodyTooLong`. */
export async function readBody(response: Response, most: number): Promise<Buffer> {
  const said = Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const refuse = async (): Promise<never> => {
    await response.body?.cancel().catch(() => {});
    throw new BodyTooLong(`its answer is longer than ${most} bytes`);
  };
  if (said > most && response.headers.get('content-encoding') === null) await refuse();
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) await refuse();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
