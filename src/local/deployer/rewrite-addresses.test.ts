import { describe, expect, it } from 'vitest';
import { rewriteAddresses } from './rewrite-addresses.ts';

const peers = [
  { host: 'toy', port: 80, service: 'toy' },
  { host: 'toy-service', port: 80, service: 'toy-service' },
  { host: 'ledger', port: 9000, service: 'ledger', namespace: 'shop' },
];
const addresses: Record<string, string> = {
  toy: '127.0.0.1:20001',
  'toy-service': '127.0.0.1:20002',
  ledger: '127.0.0.1:20003',
};

describe('rewriteAddresses', () => {
  it.each([
    ['http://toy-service', 'http://127.0.0.1:20002'],
    ['http://toy-service/api?x=toy-service', 'http://127.0.0.1:20002/api?x=toy-service'],
    ['http://toy-service:80/', 'http://127.0.0.1:20002/'],
    ['ws://toy', 'ws://127.0.0.1:20001'],
    ['toy-service:80', '127.0.0.1:20002'],
    ['http://toy-service.dev.svc.cluster.local/a', 'http://127.0.0.1:20002/a'],
    ['toy-service.dev.svc:80', '127.0.0.1:20002'],
    ['toy.dev.svc.cluster.local', '127.0.0.1:20001'],
    ['http://ledger.shop:9000', 'http://127.0.0.1:20003'],
    ['grpc://ledger', 'grpc://127.0.0.1:20003'],
    ['http://user:pw@ledger:9000/x', 'http://user:pw@127.0.0.1:20003/x'],
    ['toy:80,toy-service:80', '127.0.0.1:20001,127.0.0.1:20002'],
  ])('%s → %s', (value, rewritten) => {
    expect(rewriteAddresses(value, peers, (service) => addresses[service])).toBe(rewritten);
  });

  it.each([
    'toy-service',
    'the toy',
    'http://toy-service:8080',
    'http://ledger',
    'http://toy-service.example.com',
    'http://my-toy-service',
    'http://toy-service-2',
    'https://toy-service',
    'mytoy:80',
    'toy:8080',
    'toy@example.com',
  ])('leaves %s', (value) => {
    expect(rewriteAddresses(value, peers, (service) => addresses[service])).toBe(value);
  });

  it('leaves a peer that has no address here', () => {
    expect(rewriteAddresses('http://toy', peers, () => undefined)).toBe('http://toy');
  });
});
