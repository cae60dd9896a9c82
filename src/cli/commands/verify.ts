import type { Finding } from '../../model/finding.ts';
import type { Verification } from '../../model/verification.ts';
import type { Verified } from '../../actions/verify.ts';
import { BitiqError } from '../../model/errors.ts';
import { defineCommand, orNoAnswer } from '../command.ts';
import { imageStoreOption, readOptions } from '../common-options.ts';
import { lookUpDigestOf } from '../image-check.ts';
import { helmPath, openForReading } from '../open.ts';
import { printFinding } from '../print-finding.ts';
import { painter, printTable, type Paint } from '../print.ts';

export const verifyCommand = defineCommand({
  name: 'verify',
  group: 'Reads',
  summary: 'verify releases: tag, signature, record, tree, manifests, images, health',
  description:
    'Compares each release with main, the registry and Helm: its tag with the object that main recorded when the pointer moved; its signature with the keys and allowed signers of your Git configuration; its record with its tree; its tree with main; its recorded manifests with what Helm renders; its recorded digests with the registry; its images with those that were recorded as healthy. Anything that cannot be checked is a finding; parts that you leave out by an option are printed as skipped.',
  arguments: [
    {
      name: 'releases',
      summary: 'such as prod/3, or a pinned environment for its current release',
      optional: true,
      many: true,
    },
  ],
  options: [
    ...readOptions,
    { flags: '--all', summary: 'every release of every pinned environment' },
    {
      flags: '--require-signatures',
      summary: 'report a release without a signature, even if no release is signed',
    },
    imageStoreOption,
    { flags: '--no-images', summary: 'ask no registry' },
    { flags: '--no-render', summary: 'do not render the trees with Helm' },
  ],
  examples: [
    { command: 'bitiq verify prod', summary: 'the release that prod points at' },
    { command: 'bitiq verify prod/3 prod/4', summary: 'two releases' },
    { command: 'bitiq verify --all --no-images', summary: 'all of them, without a registry' },
  ],
  exitCodes: { 0: 'no findings', 1: 'at least one finding' },
  run: (context) =>
    orNoAnswer(async () => {
      const names = context.args;
      if ((context.options.all === true) === names.length > 0) throw whichOnes(names.length > 0);
      const { verify: verifyReleases } = await import('../../actions/verify.ts');
      const { repository, head, config } = await openForReading(context);
      const helm = context.options.render === false ? undefined : await helmPath(context);
      const verified = await verifyReleases(repository, {
        ...{ head, config, names, helm },
        lookUpDigest: context.options.images === false ? undefined : lookUpDigestOf(context),
        signaturesRequired: context.options.requireSignatures === true,
      });
      const findings = allFindings(verified);
      if (context.options.json === true) context.out(JSON.stringify(verified, null, 2));
      else context.out(printVerified(verified, painter(context.colour)));
      const count = verified.releases.length;
      context.note(
        `Verified: ${count} release${count === 1 ? '' : 's'}, ${findings.length === 0 ? 'no findings' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`}.`,
      );
      return findings.length === 0 ? 0 : 1;
    }),
});

function allFindings({ releases, findings }: Verified): Finding[] {
  return [...releases.flatMap((each) => each.findings), ...findings];
}

function printVerified(verified: Verified, paint: Paint): string {
  return [
    ...verified.releases.map((each) => printVerification(each, paint)),
    ...verified.findings.map((finding) => printFinding(finding, paint)),
  ].join('\n');
}

const styles = { ok: 'green', failed: 'red', unknown: 'yellow', skipped: 'dim', none: 'dim' } as const;

function printVerification({ release, parts, findings }: Verification, paint: Paint): string {
  return [
    paint('bold', release),
    printTable(
      parts.map(({ part, result, note }) => [
        `  ${part}`,
        paint(styles[result], result),
        // The sentence of a fault is in its finding below, which has this code.
        findings.find(({ message }) => message === note)?.code ?? note,
      ]),
    ),
    ...findings.map((finding) => printFinding(finding, paint)),
  ].join('\n');
}

function whichOnes(named: boolean): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: named
      ? '--all verifies every release, so do not name releases as well.'
      : 'No release is named.',
    fix: 'Name releases or environments, such as `bitiq verify prod`, or all of them: `bitiq verify --all`.',
  });
}
