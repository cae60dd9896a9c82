import { describe, expect, it } from 'vitest';
import { createPolicyCel, noLookups, toCel, type PolicyScope } from './kubernetes.ts';

const cel = createPolicyCel(noLookups);
const object = toCel({
  text: 'Straße',
  number: 2,
  half: 1.5,
  nothing: null,
  list: ['b', 'a'],
  mixed: [1, 'a'],
  labels: { app: 'web' },
  annotations: { constructor: 'x', app: 'web' },
  containers: [
    { name: 'a', image: 'x:1' },
    { args: ['q'], name: 'b' },
  ],
});

function valueOf(expression: string): unknown {
  const activation = { object } as unknown as PolicyScope;
  try {
    return cel.compile(expression).evaluate(activation);
  } catch (error) {
    return `error: ${(error as Error).message.split('\n')[0]}`;
  }
}

describe('CEL as cel-go has it', () => {
  it.each([
    ['object.number + 1 == 3', true],
    ['object.number < 2.5 && object.half > 1', true],
    ['object.text == 2', false],
    ['object.nothing == null', true],
    ['has(object.nothing) && !has(object.missing)', true],
    ['object.missing == 1 || true', true],
    ['object.containers.exists(c, c.image == "x:1")', true],
    ['object.containers.all(c, c.image == "other")', false],
    ['object.containers.map(c, c.?image.orValue("none"))', ['x:1', 'none']],
    ['object.containers[0].orValue({}).name', 'a'],
    ['object.?a.?b.optMap(x, x + 1).hasValue()', false],
    ['optional.ofNonZeroValue("").hasValue()', false],
    ['cel.bind(n, object.number, n * n) == 4', true],
    ['has({"a": {"b": 1}}.a.b)', true],
    ['object.text.lowerAscii() + object.text.upperAscii()', 'straßeSTRAßE'],
    ['"a\\"matches(" + ".orValue("', 'a"matches(.orValue('],
    ['object.annotations.constructor + object.annotations.app', 'xweb'],
    ['object.?list == optional.of(["b", "a"]) && object.?none == optional.none()', true],
    ['object.list.sort()', ['a', 'b']],
    ['[3, 1, 2].max() == 3 && [1, 2].sum() == 3 && ["a", "b"].isSorted()', true],
    ['sets.contains([1, 2], [2]) && !sets.intersects([1], [2])', true],
    ['math.greatest(1, 2, 3) == 3', true],
    ['"%s has %d of %.1f%%".format([dyn("it"), dyn(3), dyn(2.5)])', 'it has 3 of 2.5%'],
    ['base64.encode(b"hi")', 'aGk='],
    ['hash.sha256("")', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ])('%s', (expression, wanted) => {
    expect(valueOf(expression)).toEqual(wanted);
  });

  it.each([
    ['object.missing == 1', 'No such key: missing'],
    ['object.half + 1', 'no such overload'],
    ['object.text ? 1 : 2', 'must be bool'],
    ['object.text.matches("(?=a)")', 'not a regular expression of RE2'],
    ['object.text.matches("(a)\\\\1")', 'not a regular expression of RE2'],
    ['unknown == 1', 'Unknown variable: unknown'],
    ['http.Get("https://example.com")', 'Unknown variable: http'],
    ['object.text.nothing()', 'nothing'],
    ['[1, "a"]', 'same type'],
    ['has(object)', 'has()'],
    ['image.GetMetadata("a")', 'not known without its registry'],
  ])('%s fails: %s', (expression, why) => {
    expect(valueOf(expression)).toContain(why);
  });
});

describe("Kubernetes' functions", () => {
  it.each([
    ['quantity("1Gi").isGreaterThan(quantity("1000Mi"))', true],
    ['quantity("1000m") == quantity("1")', true],
    ['quantity("1.5k").asInteger() == 1500', true],
    ['sign(quantity("-1"))', -1n],
    ['quantity("1e3").add(1).asApproximateFloat()', 1001],
    ['isQuantity("1.5.5") || isQuantity("1 Gi") || isQuantity("")', false],
    ['ip("2001:db8:0:0:0:0:0:1") == ip("2001:db8::1")', true],
    ['string(ip("2001:0:0:1::"))', '2001:0:0:1::'],
    ['isIP("::ffff:1.2.3.4") || isIP("01.2.3.4") || isIP("fe80::1%eth0")', false],
    ['ip("127.0.0.1").isLoopback() && ip("8.8.8.8").isGlobalUnicast()', true],
    ['ip.isCanonical("2001:DB8::1")', false],
    ['cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsIP(ip("11.0.0.1"))', true],
    ['cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.0.0.0/8").containsCIDR("0.0.0.0/0")', true],
    ['string(cidr("10.1.2.3/8").masked())', '10.0.0.0/8'],
    ['isCIDR("10.0.0.0/33") || isCIDR("10.0.0.0/08")', false],
    ['url("https://user@a.b:443/c%20d?e=1&e=2").getHost()', 'a.b:443'],
    ['url("https://[::1]:80/").getHostname()', '::1'],
    ['url("/path").getEscapedPath()', '/path'],
    ['url("https://a/?e=1&e=2").getQuery()["e"]', ['1', '2']],
    ['isURL("no url")', false],
    ['format.dns1123Label().validate("web").hasValue()', false],
    ['format.named("dns1123Label").value().validate("Web").hasValue()', true],
    ['semver("1.2.3-rc.1").isLessThan(semver("1.2.3"))', true],
    ['semver("v1.10", true).compareTo(semver("1.9.0"))', 1n],
    ['isSemver("v1.0.0") || isSemver("1.0")', false],
    ['"a1b22".find("[0-9]+") + "a1b22".findAll("[0-9]+")[1]', '122'],
    [
      'image("nginx").registry() + " " + image("nginx").repository() + image("nginx").identifierWithSeparator()',
      'index.docker.io library/nginx:latest',
    ],
  ])('%s', (expression, wanted) => {
    expect(valueOf(expression)).toEqual(wanted);
  });
});
