import type { Config } from '../../model/config.ts';
import { describeRule } from '../../model/update-rule.ts';
import type { Tree } from '../../git/tree.ts';

const folder = 'docs/reference';
const mark = '<!-- Written by `bitiq generate` from bitiq.yaml; edit that, not this page. -->';

/** The page that lists the services with their repositories and images; nothing for a repository without docs/reference. */
export async function servicesPage(tree: Tree, config: Config): Promise<Map<string, string>> {
  if ((await tree.list(folder)).length === 0) return new Map();
  const page = [
    mark,
    '# The services',
    'What [bitiq.yaml](../../bitiq.yaml) lists: where the source of each service is, its image, and which of its tags automation takes.',
    config.services.map(printService).join('\n'),
  ];
  return new Map([[`${folder}/services.md`, `${page.join('\n\n')}\n`]]);
}

function printService({ name, repository, image, example, update }: Config['services'][number]): string {
  const facts = [
    `[source](${linkTo(new URL(repository).href)})`,
    `image \`${image}\``,
    `automation takes ${describeRule(update)}`,
    ...(example === undefined
      ? []
      : [`\`./bitiq up\` makes its repository from [${example}](${linkTo(`../../${encodeURI(example)}`)})`]),
  ];
  return `- **${name}**: ${facts.join(', ')}`;
}

/** A parenthesis would end the link. */
function linkTo(address: string): string {
  return address.replace(/[()]/g, (each) => (each === '(' ? '%28' : '%29'));
}
