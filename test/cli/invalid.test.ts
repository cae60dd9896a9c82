import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { check } from '../../src/actions/check.ts';
import { openRepository } from '../../src/git/repository.ts';
import { folderTree } from '../../src/git/tree.ts';
import { errorCatalogue } from '../../src/model/error-catalogue/catalogue.ts';
import type { Finding } from '../../src/model/finding.ts';
import { copyFolder } from '../kit/made-once.ts';
import {
  copyToolkit,
  goldenNow,
  makeFolder,
  sealedEnvironment,
  seedRepositories,
} from '../kit/seeded-repository.ts';

/** What makes a good repository a faulty one (with the files of `files/` laid over it), and what must be found then. */
interface Fault {
  readonly about: string;
  /** For each file: texts that stand there once, and what they become. */
  readonly edits?: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>>;
  /** Run by a shell in the checkout. */
  readonly script?: string;
  /** `code file:line`, or `code file` where there is no line. */
  readonly expect: readonly string[];
}

const faults = join(import.meta.dirname, '../fixtures/invalid');
const names = readdirSync(faults).sort();
const readFault = (name: string) => parse(readFileSync(join(faults, name, 'fault.yaml'), 'utf8')) as Fault;
let folder: string;
let toolkit: string;
let good: string;

beforeAll(() => {
  folder = makeFolder();
  toolkit = copyToolkit(folder);
  good = seedRepositories(folder, toolkit).released;
  run(
    good,
    `cp -rL "$TOOLKIT/pipelines/." pipelines && bitiq generate && git add . && git commit -qm "Generated files"`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('bitiq check', () => {
  it('finds nothing in a good repository', async () => {
    expect(await findingsOf(good)).toEqual([]);
  });

  it.concurrent.for(names)('finds %s', async (name, { expect }) => {
    const place = copyOfGood();
    damage(place, name);
    const findings = await findingsOf(place);
    expect(findings.map(printFinding)).toEqual(readFault(name).expect);
    for (const { code, message, fix } of findings) {
      expect(errorCatalogue[code]).toBeDefined();
      expect(message).toMatch(/^.{15,}[.?!]$/s);
      expect(fix).toMatch(/^.{8,}[.?]$/s);
    }
  });

  it('reports ten faults of a repository in one run', async () => {
    const place = copyOfGood();
    const together = [
      'config-key-unknown',
      'values-tag-mutable',
      'values-image-of-another',
      'values-replicas-text',
      'values-of-another-environment',
      'application-of-another-path',
      'pointer-to-nothing',
      'pipeline-task-unknown',
      'release-tag-removed',
      'chart-without-version',
      'freeze-without-reason',
    ];
    for (const name of together) damage(place, name);
    const found = (await findingsOf(place)).map(printFinding);
    expect(found).toEqual(expect.arrayContaining(together.flatMap((name) => readFault(name).expect)));
    expect(together.length).toBeGreaterThanOrEqual(10);
  });
});

function copyOfGood(): string {
  const place = mkdtempSync(join(folder, 'case-'));
  copyFolder(good, place);
  return place;
}

function damage(place: string, name: string): void {
  const fault = readFault(name);
  const checkout = join(place, 'checkout');
  const overlay = join(faults, name, 'files');
  if (existsSync(overlay)) cpSync(overlay, checkout, { recursive: true });
  for (const [file, edits] of Object.entries(fault.edits ?? {})) {
    let text = readFileSync(join(checkout, file), 'utf8');
    for (const [from, to] of edits) {
      if (text.split(from).length !== 2)
        throw new Error(`${name}: ${JSON.stringify(from)} does not stand once in ${file}`);
      text = text.replace(from, () => to);
    }
    writeFileSync(join(checkout, file), text);
  }
  if (fault.script !== undefined) run(place, fault.script);
}

function run(place: string, script: string): void {
  execFileSync('/bin/sh', ['-ec', script], {
    cwd: join(place, 'checkout'),
    env: sealedEnvironment(toolkit, place, goldenNow),
    stdio: 'pipe',
  });
}

async function findingsOf(place: string): Promise<Finding[]> {
  const checkout = join(place, 'checkout');
  const repository = await openRepository(checkout);
  return check(folderTree(checkout), {
    helm: process.env['BITIQ_HELM'],
    repository,
    now: new Date(goldenNow),
  });
}

function printFinding({ code, place }: Finding): string {
  return `${code} ${place.file}${place.line === undefined ? '' : `:${place.line}`}`;
}
