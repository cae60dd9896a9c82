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

  it('takes lines that end in LF alone, and a missing Content-Length as the rest but for a last line break', () => {
    expect(read('GET / HTTP/1.1\nHost: x\n\nbody\n\n').body.toString()).toBe('body\n');
    expect(read('GET / HTTP/1.1\nHost: x\n\nbody\r\n').body.toString()).toBe('body');
    expect(read('GET / HTTP/1.1\nHost: x\n\n\n').body).toHaveLength(0);
    expect(read('GET / HTTP/1.1\nHost: x\n\nbody').body.toString()).toBe('body');
    expect(read('GET / HTTP/1.1\n').body).toHaveLength(0);
  });

  it.each(['1.0', '2', '2.0', '3'])('takes HTTP/%s', (version) => {
    const request = read(`POST /a HTTP/${version}\nx-github-event: push\n\n{}`);
    expect(request).toMatchObject({ url: '/a', headers: { 'x-github-event': ['push'] } });
  });

  it('joins chunks', () => {
    const head = 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(read(`${head}4\r\n{"a"\r\nA;x=y\r\n:"\r\n0\r\n\r\n"\r\n1\r\n}\r\n0\r\n\r\n`).body.toString()).toBe(
      '{"a":"\r\n0\r\n\r\n"}',
    );
    expect(read(head.replaceAll('\r', '') + '2\n{}\n0\n').body.toString()).toBe('{}');
  });

  it('passes a byte order mark over', () => {
    expect(read('\ufeffPOST / HTTP/1.1\r\n\r\n{}').body.toString()).toBe('{}');
  });

  it.each(['{}', '9\r\n{}', '2\r\n{}0\r\n', '2\r\n{}\r\n', 'zz\r\n', '2'])(
    'refuses the chunks %j',
    (chunks) => {
      expect(() => read(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`)).toThrow(
        'says that its body is chunked',
      );
    },
  );

  it.each([
    ['Content-Length: abc', 'Content-Length abc, which is not a length'],
    ['Content-Length: -1', 'Content-Length -1, which is not a length'],
    ['Content-Length: 1\nContent-Length: 2', 'Content-Length 1 and 2, which is not a length'],
    ['Transfer-Encoding: gzip, chunked', 'Transfer-Encoding "gzip, chunked", and only'],
  ])('refuses %j', (header, message) => {
    expect(() => read(`POST / HTTP/1.1\n${header}\n\n{}`)).toThrow(message);
  });

  it.each(['//', 'http://[', 'http://:80:80/'])('refuses the address %j', (url) => {
    expect(() => read(`POST ${url} HTTP/1.1\n\n{}`)).toThrow('is neither a path nor a URL');
  });

  it.each(['', 'POST /', 'POST / HTTP/1.1\nno colon\n\n', 'POST / HTTP/1.1\nContent-Length: 9\n\nshort'])(
    'refuses %j',
    (text) => {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
    },
  );
});
