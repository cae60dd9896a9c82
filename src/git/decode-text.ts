import { isUtf8 } from 'node:buffer';
import { BitiqError } from '../model/errors.ts';

/** The text of a file, so that writing it again gives the same bytes; `file-invalid` with the place where it is not UTF-8. */
export function decodeText(file: string, bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  const isWide = bytes.length > 1 && [0xfeff, 0xfffe].includes(bytes.readUInt16BE(0));
  const lines = text.split('\n');
  const index = isWide ? 0 : lines.findIndex((_, at) => !isUtf8(lineOf(bytes, at)));
  const sourceLine = lines[index]!.replace(/\r$/, '');
  throw new BitiqError({
    code: 'file-invalid',
    message: `${file} is not UTF-8 text${isWide ? ': it is UTF-16' : ''}.`,
    fix: `Save it as UTF-8, for example with \`iconv -f ${isWide ? 'utf-16' : 'latin1'} -t utf-8\`.`,
    place: {
      file,
      line: index + 1,
      column: sourceLine.indexOf('\uFFFD') + 1,
      ...(isWide ? {} : { sourceLine }),
    },
  });
}

function lineOf(bytes: Buffer, index: number): Buffer {
  let start = 0;
  for (let at = 0; at < index; at++) start = bytes.indexOf(10, start) + 1;
  const end = bytes.indexOf(10, start);
  return bytes.subarray(start, end < 0 ? bytes.length : end);
}
