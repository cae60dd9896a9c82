import { recordOfTag } from '../../../src/actions/read/read-records.ts';
import { healthRecordFrom, printHealthRecord } from '../../../src/model/health.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const seeds = corpusOf('records');
const words = [
  ...[
    'object ',
    '1'.repeat(40),
    '\ntype commit',
    '\ntag prod/1',
    '\ntagger A <a@b> 0 +0000',
    '\n\n',
    '\n',
    '\n  ',
    ': ',
  ],
  ...[
    'release: prod/1',
    'services:',
    'toy-service: v1.0.0',
    'digests:',
    `sha256:${'a'.repeat(64)}`,
    'chartVersion: 0.1.0',
  ],
  ...[
    'from: dev@abc1234',
    'by: A <a@b>',
    'checks: [schema]',
    'skipped:',
    '- check: images',
    'manifestDigest: ',
    '&a ',
    '*a',
  ],
  ...[
    '{"release":"dev@abc1234"',
    '"since":',
    '"by":',
    '"digest":',
    '"a"',
    ',',
    '}',
    '[',
    'null',
    '__proto__: 1',
    '-----BEGIN ',
  ],
];

/** The text of a tag with the record of a release, and the line of a health record: read, or told that there is none. */
export const target: FuzzTarget = {
  name: 'records',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 1000,
  run: (input) => {
    const health = healthRecordFrom(input.toString('utf8'));
    if (
      health &&
      printHealthRecord(healthRecordFrom(printHealthRecord(health))!) !== printHealthRecord(health)
    )
      throw new Error('a health record that is written and read again is another one');
    return [recordOfTag(input), health];
  },
};
