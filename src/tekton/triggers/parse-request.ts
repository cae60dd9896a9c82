import { BitiqError } from '../../model/errors.ts';
import type { EventRequest } from './handle-event.ts';

/** Reads a raw HTTP/1.1 request, as a file for `trigger eval` has it. Lines may end in LF alone. */
export function parseRequest(text: Buffer, file: string): EventRequest {
  const refuse = (message: string): never => {
    throw new BitiqError({
      code: 'tekton-request-invalid',
      message,
      fix: 'Write a request line, headers, an empty line and the body.',
      place: { file, line: 1 },
    });
  };
  const crlf = text.indexOf('\r\n\r\n');
  const lf = text.indexOf('\n\n');
  const isCrlf = crlf >= 0 && (lf < 0 || crlf < lf);
  const end = isCrlf ? crlf : lf;
  const head = text.subarray(0, end < 0 ? text.length : end).toString('latin1');
  const [requestLine = '', ...lines] = head.split(/\r?\n/);
  const line = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(requestLine);
  if (!line) return refuse(`The first line of ${file} is not a request line such as "POST / HTTP/1.1".`);
  const headers: Record<string, string[]> = {};
  for (const header of lines.filter((one) => one !== '')) {
    const match = /^([^:\s]+):[ \t]*(.*?)[ \t]*$/.exec(header);
    if (!match) return refuse(`The header "${header}" in ${file} has no name and colon.`);
    (headers[match[1]!.toLowerCase()] ??= []).push(match[2]!);
  }
  const body = end < 0 ? Buffer.alloc(0) : text.subarray(end + (isCrlf ? 4 : 2));
  const length = headers['content-length']?.[0];
  if (length !== undefined && body.length < Number(length)) {
    return refuse(`${file} says Content-Length ${length} and has a body of ${body.length} bytes.`);
  }
  return {
    method: line[1]!,
    url: line[2]!,
    headers,
    body: length === undefined ? body : body.subarray(0, Number(length)),
  };
}
