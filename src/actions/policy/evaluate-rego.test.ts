import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../kubernetes/objects.ts';
import { evaluateRego } from './evaluate-rego.ts';

const hasOpa = spawnSync('opa', ['version']).status === 0;
const documents = readManifests(
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 30\n',
);
const file = 'policies/replicas/replicas.rego';
const rego = (rule: string) => new Map([[file, `package bitiq.replicas\n\n${rule}\n`]]);
const tooMany = `contains {"msg": "too many replicas", "object": sprintf("Deployment/%s", [o.metadata.name]), "fix": "Take fewer."} if {
  some o in input.objects
  o.kind == "Deployment"
  o.spec.replicas > 20
}`;

describe.skipIf(!hasOpa)(`Rego${hasOpa ? '' : ' (opa is not on PATH)'}`, () => {
  it('denies with the same findings as other policies', async () => {
    const report = await evaluateRego(rego(`deny ${tooMany}`), { documents, file: 'objects.yaml' });
    expect(report).toEqual({
      verdicts: [
        {
          policy: 'bitiq.replicas',
          policyFile: file,
          kind: 'Deployment',
          name: 'web',
          namespace: '',
          result: 'fail',
          actions: ['Deny'],
          message: 'too many replicas',
        },
      ],
      findings: [
        {
          policy: 'bitiq.replicas',
          policyFile: file,
          severity: 'error',
          object: 'Deployment/web',
          message: 'too many replicas',
          fix: 'Take fewer.',
          place: { file: 'objects.yaml' },
        },
      ],
      faults: [],
    });
  });

  it('warns, takes plain texts, and finds nothing where there is nothing', async () => {
    const warned = await evaluateRego(rego('warn contains "look at this"'), { documents });
    expect(warned.findings).toEqual([
      expect.objectContaining({ severity: 'warning', message: 'look at this' }) as object,
    ]);
    const none = await evaluateRego(rego(`deny ${tooMany}`), { documents: [] });
    expect(none).toEqual({ verdicts: [], findings: [], faults: [] });
  });

  it('reports a broken file with what opa says of it', async () => {
    const { faults } = await evaluateRego(rego('deny contains {'), { documents });
    expect(faults[0]).toEqual({
      code: 'policy-invalid',
      severity: 'error',
      place: { file, line: 4 },
      message: expect.stringContaining(
        `${file} cannot be evaluated: opa says "unexpected eof token`,
      ) as string,
      fix: 'Correct the file at the place shown.',
    });
  });
});

describe('Rego without opa', () => {
  it('is named as not evaluated', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      expect(await evaluateRego(rego('deny := []'), { documents })).toEqual({
        verdicts: [],
        findings: [],
        faults: [
          {
            code: 'policy-not-evaluated',
            severity: 'error',
            place: { file },
            message: `${file} was not evaluated: it is Rego, and there is no opa on PATH.`,
            fix: 'Install opa (openpolicyagent.org) on PATH, and run the command again.',
          },
        ],
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});
