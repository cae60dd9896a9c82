import { describe, expect, it } from 'vitest';
import { readHelmFailure } from './helm-failure.ts';

describe('readHelmFailure', () => {
  it("takes the chart's own sentence out of the stack of templates", () => {
    const stderr = `Error: execution error at (bitiq/templates/services.yaml:9:4): The service web has no port.

Use --debug flag to render out invalid YAML
`;
    expect(readHelmFailure(stderr)).toEqual(['The service web has no port.']);
  });

  it("takes it out of Helm 3's longer stack", () => {
    const stderr =
      'Error: template: bitiq/templates/services.yaml:9:4: executing "x" at <include "y" .>: error calling include: ' +
      'execution error at (bitiq/templates/_check.tpl:20:4): The service web has no port.\n\nUse --debug flag to render out invalid YAML\n';
    expect(readHelmFailure(stderr)).toEqual(['The service web has no port.']);
  });

  it('makes one sentence of each fault of the schema, with its key path', () => {
    const stderr = `Error: values don't meet the specifications of the schema(s) in the following chart(s):
bitiq:
- at '/services/0': validation failed
  - at '/services/0/image/tag': 'latest' does not match pattern '^v(0)$'
  - at '/services/0': additional properties 'foo', 'bar' not allowed
- at '': missing property 'environment'
- at '/services/0/annotations/a~1b': got number, want string
`;
    expect(readHelmFailure(stderr)).toEqual([
      "services[0]: unknown key 'foo', 'bar'.",
      'services[0].annotations.a/b: got number, want string.',
      "services[0].image.tag: 'latest' does not match pattern '^v(0)$'.",
      "the top of the values: lacks 'environment'.",
    ]);
  });

  it('reads the list of Helm before 3.18 as well', () => {
    const stderr = `Error: values don't meet the specifications of the schema(s) in the following chart(s):
bitiq:
- services.0.image: tag is required
- (root): Additional property foo is not allowed
`;
    expect(readHelmFailure(stderr)).toEqual([
      'services[0].image: tag is required.',
      "the top of the values: unknown key 'foo'.",
    ]);
  });

  it('passes on anything else without "Error:", logs and advice', () => {
    expect(readHelmFailure('level=WARN msg="x"\nError: path "/nope" not found\n')).toEqual(['path "/nope" not found.']);
    expect(readHelmFailure('')).toEqual(['Helm ended with an error and printed no reason.']);
  });
});
