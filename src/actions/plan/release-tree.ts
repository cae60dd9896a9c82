import { printComposite, servicesOf, type Combination } from '../../model/combination.ts';
import { diffCombinations, type TagChange } from '../../model/combination-diff.ts';
import type { Digests } from '../../model/release.ts';
import { overlayTree, type Tree } from '../../git/tree.ts';
import { removeServiceEntry } from '../../yaml/service-entry.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { readCombination, readServices } from '../../yaml/values-file.ts';
import { appVersionPath } from '../read/read-state.ts';
import { renderEnvironment, type Rendering } from '../render.ts';
import { bringServices } from './bring-services.ts';
import { editTags } from './edit-tags.ts';
import { leaveOutUnbuilt, nothingBuilt } from './leave-out-unbuilt.ts';
import { editFile } from './prepared-plan.ts';
import type { ReleaseGround, ReleaseRequest } from './release-ground.ts';

/** What a release will contain, before its images are known. */
export interface ReleaseTree {
  readonly combination: Combination;
  /** What the changes are compared with. */
  readonly before: Combination;
  readonly changes: readonly TagChange[];
  /** The services that stay out, and those of them that were never built. */
  readonly out: readonly string[];
  readonly unbuilt: readonly string[];
  /** The values file with the entries of services that come in, which main keeps. */
  readonly brought: Awaited<ReturnType<typeof bringServices>>;
  readonly chartEdit: ReturnType<typeof editFile>;
  /** The tree of main, with an Application that can be read. */
  readonly sound: Tree;
  /** The files of the release with these digests, and what they render to. */
  readonly render: (digests: Digests) => Promise<RenderedTree>;
}

/** The files of a release. */
export interface RenderedTree {
  readonly edit: ReturnType<typeof editTags>;
  readonly files: ReadonlyMap<string, string>;
  readonly rendering: Rendering;
}

/** Puts together what a release will contain. Throws `action-denied` where no service of it was ever built. */
export async function assembleTree(
  { base, wanted, terms }: ReleaseRequest,
  ground: ReleaseGround,
): Promise<ReleaseTree> {
  const { tree, values, chart, current, application } = ground;
  const { name } = base.environment;
  const { combination, waiting, unbuilt } = leaveOutUnbuilt({ ...wanted, current: current.combination });
  if (combination.size === 0) throw nothingBuilt(name, wanted, unbuilt);
  const listed = readServices(values).map(({ name: service }) => service);
  const coming = servicesOf(combination).filter((service) => !listed.includes(service));
  const at = { ...base, tree, now: terms.actor.now, source: wanted.source };
  const brought = await bringServices(values, coming, at);
  const out = [...new Set([...listed.filter((service) => !combination.has(service)), ...waiting])];
  const released = withoutServices(brought.values, out);
  const chartEdit = editFile(chart, [{ path: appVersionPath, value: printComposite(combination) }]);
  const { file, text } = application.source;
  const restored = application.restored ? [[file, text] as const] : [];
  const sound = restored.length > 0 ? overlayTree(tree, new Map(restored)) : tree;
  const before = current.combination ?? readCombination(released);
  return {
    ...{ combination, before, out, unbuilt, brought, chartEdit, sound },
    changes: diffCombinations(before, combination),
    render: async (digests) => {
      const edit = editTags(released, combination, digests);
      const files = new Map([[values.file, edit.content], [chart.file, chartEdit.content], ...restored]);
      const rendering = await renderEnvironment(sound, {
        environment: name,
        helm: terms.helm,
        replaced: files,
      });
      return { edit, files, rendering };
    },
  };
}

/** A values file without the entries of these services; every other byte stays. */
function withoutServices(values: YamlSource, services: readonly string[]): YamlSource {
  return services.reduce((source, service) => {
    const entry = readServices(source).find(({ name }) => name === service);
    return entry ? parseYaml(removeServiceEntry(source, entry.index), source.file) : source;
  }, values);
}
