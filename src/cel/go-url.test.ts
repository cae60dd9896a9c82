import { describe, expect, it } from 'vitest';
import { hostnameOf, isGoRequestUrl, parseGoQuery, parseGoUrl, portOf } from './go-url.ts';

describe('a URL as Go 1.26 reads it', () => {
  it.each([
    ['', { host: '', path: '' }],
    ['HTTP://H.Example/P', { scheme: 'http', host: 'H.Example', path: '/P' }],
    ['//h/p', { host: 'h', path: '/p' }],
    ['///h/p', { host: '', path: '///h/p' }],
    ['mailto:a@b.c', { scheme: 'mailto', host: '', path: '' }],
    ['http://u%40x:p%3A@h/', { host: 'h', auth: { username: 'u@x', password: 'p:' } }],
    ['http://u@v@h/', { auth: { username: 'u@v', password: '' } }],
    ['http://[fe80::1%25e%20th]/', { host: '[fe80::1%e th]' }],
    ['http://h<b>/', { host: 'h<b>' }],
    ['http://h/a b', { path: '/a b', escapedPath: '/a%20b' }],
    ['http://h/[x]%2f', { path: '/[x]/', escapedPath: '/[x]%2f' }],
    ['http://h/?a=b?c#f#g', { rawQuery: 'a=b?c', fragment: 'f#g' }],
    ['http://h/#\u0001', { fragment: '\u0001' }],
  ])('%j', (text, wanted) => {
    expect(parseGoUrl(text)).toMatchObject(wanted);
  });

  it.each([
    ...[':x', '1:y', 'http://h:x/', 'http://a:b:80/', 'http://[::1', 'http://[]/', 'http://[1.2.3.4]/'],
    ...['http://x[::1]/', 'http://u p@h/', 'http://h/%zz', 'http://h\\b/', 'http://h%41/', 'http://h/\u007f'],
  ])('refuses %j', (text) => {
    expect(() => parseGoUrl(text)).toThrow(/./);
  });

  it('takes a URL of a request with a scheme or a path that begins with /', () => {
    expect(['http://h', '/a?b', '*', 'x:y', '//'].filter(isGoRequestUrl)).toHaveLength(5);
    expect(['', 'a/b', '?a=1', '#f', 'http://h#f'].filter(isGoRequestUrl)).toEqual([]);
  });

  it('tells the port from the host', () => {
    const url = parseGoUrl('http://[::1]:80/x');
    expect([hostnameOf(url), portOf(url)]).toEqual(['::1', '80']);
  });
});

it('leaves pairs of a query out that are not well-formed', () => {
  expect([...parseGoQuery('a=1+2&b;c=3&d=%zz&e&a=%41&=f&&')]).toEqual([
    ['a', ['1 2', 'A']],
    ['e', ['']],
    ['', ['f']],
  ]);
});
