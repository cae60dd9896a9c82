import { describe, expect, it } from 'vitest';
import { findFaultyTemplate, readHelmFailure } from './helm-failure.ts';

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

describe('findFaultyTemplate', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    [
      'Helm 4',
      `Error: bitiq/templates/a.yaml:1:6
  executing "bitiq/templates/a.yaml" at <include "q" .>:
    error calling include:
bitiq/templates/_q.tpl:2:10
  executing "q" at <.Values.nope.x>:
    nil pointer evaluating interface {}.x
`,
      { file: 'templates/_q.tpl', line: 2, column: 11 },
    ],
    [
      'Helm 3',
      'Error: template: bitiq/templates/a.yaml:1:6: executing "bitiq/templates/a.yaml" at <include "q" .>: error calling include: ' +
        'template: bitiq/templates/_q.tpl:2:10: executing "q" at <.Values.nope.x>: nil pointer evaluating interface {}.x\n',
      { file: 'templates/_q.tpl', line: 2, column: 11 },
    ],
    [
      'an action that is not closed',
      'Error: parse error at (bitiq/templates/a.yaml:2): unclosed action started at bitiq/templates/a.yaml:1\n',
      { file: 'templates/a.yaml', line: 1, column: undefined },
    ],
    [
      'a text that is not YAML, whose line is not one of the template',
      'Error: YAML parse error on bitiq/charts/sub/templates/a.yaml: error converting YAML to JSON: yaml: line 2: no\n',
      { file: 'charts/sub/templates/a.yaml', line: undefined, column: undefined },
    ],
    ['a refusal of the chart', 'Error: execution error at (bitiq/templates/a.yaml:9:4): web has no port.\n', undefined],
    ['the schema', "Error: values don't meet the specifications of the schema(s) in\nbitiq:\n- at '': no\n", undefined],
    ['no template', 'Error: failed to parse /tmp/a/templates/x.yaml: yaml: line 1: no\n', undefined],
  ];
  it.each(cases)('reads the place of %s', (_, stderr, expected) => {
    expect(findFaultyTemplate(stderr)).toEqual(expected);
  });
});
