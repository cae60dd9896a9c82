import type { Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import { createPolicyCel, noLookups } from '../../cel/kubernetes.ts';
import { compilePolicies } from '../../policy/compile-policy.ts';
import { readPolicies } from '../../policy/read-policies.ts';
import { parseYamlDocuments } from '../../yaml/parse-documents.ts';
import { placeOf } from '../../yaml/source.ts';
import { collectFindings } from './collect.ts';
import { environmentLabel } from '../policy/namespace-object.ts';
import { evaluateRego } from '../policy/evaluate-rego.ts';
import { isCase, readPolicyFiles } from '../policy/read-policy-files.ts';
import { readApplication } from '../read/read-state.ts';

/** Findings about the policies and their cases: those that are broken or (without opa) not evaluated, and environments whose namespace lacks the label that policies select by. */
export async function checkPolicies(tree: Tree, config: Config, now: Date): Promise<Finding[]> {
  const { yaml, rego, strays } = await readPolicyFiles(tree);
  const others = [
    ...strays,
    ...(await checkCases(tree)),
    ...(await evaluateRego(rego, { documents: [] })).faults,
  ];
  if (yaml.size === 0) return others;
  const set = readPolicies(yaml);
  const { findings } = compilePolicies(set, { cel: createPolicyCel(noLookups), now });
  const isSelected = [...yaml.values()].some((text) => text.includes(environmentLabel));
  return [
    ...others,
    ...set.findings,
    ...set.pointless,
    ...findings,
    ...(isSelected ? await checkLabels(tree, config) : []),
  ];
}

/** The cases beside policies are YAML, as `kyverno test` stops at one that is not. */
async function checkCases(tree: Tree): Promise<Finding[]> {
  const texts = await tree.read((await tree.list('policies')).filter(isCase));
  const parts = [...texts].map(([file, text]) =>
    collectFindings(async () => {
      parseYamlDocuments(text, file);
      return [];
    }),
  );
  return (await Promise.all(parts)).flat();
}

async function checkLabels(tree: Tree, config: Config): Promise<Finding[]> {
  const parts = await Promise.all(
    config.environments.map(async ({ name }): Promise<Finding[]> => {
      const application = await readApplication(tree, name);
      const path = ['spec', 'syncPolicy', 'managedNamespaceMetadata', 'labels', environmentLabel];
      const found: unknown = application.document.getIn(path);
      if (found === name) return [];
      return [
        {
          code: 'delivery-mismatch',
          severity: 'error',
          place: placeOf(application, path),
          message: `The namespace of ${name} has no label ${environmentLabel}: ${name}, which policies use to select objects.`,
          fix: `Write \`${environmentLabel}: ${name}\` under spec.syncPolicy.managedNamespaceMetadata.labels.`,
        },
      ];
    }),
  );
  return parts.flat();
}
