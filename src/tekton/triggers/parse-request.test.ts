import { describe, expect, it } from 'vitest';
import { parseRequest } from './parse-request.ts';

const read = (text: string) => parseRequest(Buffer.from(text), 'http.txt');

describe('parseRequest', () => {
  it('reads request line, headers and exactly the bytes of the body', () => {
    const request = read(
      'POST /foo?a=b HTTP/1.1\r\nContent-Length: 9\r\nX-A: 1\r\nX-A:  2 \r\n\r\n{"a":"é"}\n',
    );
    expect(request).toMatchObject({ method: 'POST', url: '/foo?a=b', headers: { 'x-a': ['1', '2'] } });
    expect(request.body.toString('latin1')).toBe('{"a":"Ã©"');
  });

  it('takes lines that end in LF alone, and a missing Content-Length as the rest', () => {
    expect(read('GET / HTTP/1.1\nHost: x\n\nbody\n').body.toString()).toBe('body\n');
    expect(read('GET / HTTP/1.1\n').body).toHaveLength(0);
  });

  it.each(['', 'POST /', 'POST / HTTP/1.1\nno colon\n\n', 'POST / HTTP/1.1\nContent-Length: 9\n\nshort'])(
    'refuses %j',
    (text) => {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'tekton-request-invalid' }) as Error);
    },
  );
});
