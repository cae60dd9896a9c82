import { BitiqError } from '../../model/errors.ts';
import type { EventRequest } from '../../tekton/index.ts';

/**
 * Reads a raw HTTP request, as a file for `trigger eval` has it: its body is as long as Content-Length or its chunks say, or
 * what is left but for a last line break, which editors add. Lines may end in LF alone, a byte order mark is passed over, and the
 * version may be that of a proxy that speaks HTTP/2 to the sender.
 */
export function parseRequest(text: Buffer, file: string): EventRequest {
  const refuse = (message: string, line = 1, fix = parts): never => {
    throw new BitiqError({
      code: 'usage',
      message,
      fix,
      place: { file, line },
    });
  };
  const bytes = text.subarray(text.subarray(0, 3).equals(byteOrderMark) ? 3 : 0);
  const crlf = bytes.indexOf('\r\n\r\n');
  const lf = bytes.indexOf('\n\n');
  const isCrlf = crlf >= 0 && (lf < 0 || crlf < lf);
  const end = isCrlf ? crlf : lf;
  const head = bytes.subarray(0, end < 0 ? bytes.length : end).toString('latin1');
  const [requestLine = '', ...lines] = head.split(/\r?\n/);
  const line = /^([A-Z]+) (\S+) HTTP\/(?:1\.[01]|2(?:\.0)?|3)$/.exec(requestLine);
  if (!line) return refuse(`The first line of ${file} is not a request line such as "POST / HTTP/1.1".`);
  const [, method = '', url = ''] = line;
  if (!URL.canParse(url, 'http://listener'))
    return refuse(`"${url}" in ${file} is neither a path nor a URL.`);
  const headers: Record<string, string[]> = {};
  for (const [index, header] of lines.entries()) {
    if (header === '') continue;
    const match = /^([^:\s]+):(.*)$/.exec(header);
    if (!match) return refuse(`The header "${header}" in ${file} has no name and colon.`, index + 2);
    (headers[match[1]!.toLowerCase()] ??= []).push(withoutBlanks(match[2]!));
  }
  const rest = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + (isCrlf ? 4 : 2));
  const body = bodyOf(rest, headers);
  return typeof body === 'string'
    ? refuse(`${file} ${body}`, lineOf(lines), bareBody)
    : { method, url, headers, body };
}

function withoutBlanks(text: string): string {
  return text.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, '');
}

const parts = 'Write a request line, headers, an empty line and the body.';
const bareBody = 'Correct that header, or leave it out: what follows the empty line is the body then.';

/** Where the header stands that says how long the body is. */
function lineOf(headers: readonly string[]): number {
  return headers.findIndex((header) => /^(?:transfer-encoding|content-length):/i.test(header)) + 2;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The body, or what is wrong with it. */
function bodyOf(rest: Buffer, headers: Readonly<Record<string, readonly string[]>>): Buffer | string {
  const encoding = headers['transfer-encoding']?.join(', ');
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== 'chunked')
      return `has the Transfer-Encoding "${encoding}", and only "chunked" can be read.`;
    return joinChunks(rest) ?? 'says that its body is chunked, and it is not, or not whole.';
  }
  const [length, ...others] = new Set(headers['content-length']);
  if (length === undefined) return rest.subarray(0, rest.length - lineBreakLength(rest));
  if (!/^[0-9]+$/.test(length) || others.length > 0)
    return `says Content-Length ${[length, ...others].join(' and ')}, which is not a length.`;
  if (rest.length < Number(length))
    return `says Content-Length ${length} and has a body of ${rest.length} bytes.`;
  return rest.subarray(0, Number(length));
}

/** How many bytes the line break at the end has; 0 without one. */
function lineBreakLength(text: Buffer): number {
  return /\r?\n$/.exec(text.toString('latin1', Math.max(0, text.length - 2)))?.[0].length ?? 0;
}

/** The chunks of a body as one; undefined when they are not whole. */
function joinChunks(text: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = text.indexOf('\n', at);
    if (end < 0) return undefined;
    const size = /^([0-9a-fA-F]{1,8})(?:[ \t]*;[^\r]*)?\r?$/.exec(text.toString('latin1', at, end))?.[1];
    if (size === undefined) return undefined;
    const length = Number.parseInt(size, 16);
    const chunk = text.subarray(end + 1, end + 1 + length);
    if (length === 0) return Buffer.concat(chunks);
    const after = end + 1 + length;
    const newline = /^\r?\n/.exec(text.toString('latin1', after, after + 2))?.[0];
    if (chunk.length < length || newline === undefined) return undefined;
    chunks.push(chunk);
    at = after + newline.length;
  }
}
