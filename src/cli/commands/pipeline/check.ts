import { resolve } from 'node:path';
import { defineCommand, type CommandContext } from '../../command.ts';
import { painter, printPlace } from '../../print.ts';

export const pipelineCheckCommand = defineCommand({
  name: 'pipeline check',
  group: 'Runs',
  endsItself: false,
  summary: 'check Tekton files, and report all findings with their places',
  description:
    'Finds what the admission of Tekton and the start of a run would refuse, and what does not run without a cluster. Nothing is run.',
  arguments: [
    {
      name: 'file',
      summary: 'files or folders with Tekton YAML (default: pipelines)',
      optional: true,
      many: true,
    },
  ],
  options: [{ flags: '--json', summary: 'print JSON' }],
  examples: [
    { command: 'bitiq pipeline check', summary: "this repository's pipelines and triggers" },
    { command: 'bitiq pipeline check build.yaml run.yaml', summary: 'a Pipeline and its run' },
  ],
  exitCodes: { 0: 'no errors', 1: 'at least one error' },
  run: async (context) => {
    const { checkPipelineFiles } = await import('../../../actions/pipeline/check.ts');
    const files = context.args.length > 0 ? context.args : ['pipelines'];
    const findings = await checkPipelineFiles(files.map((file) => resolve(context.cwd, file)));
    const shown = findings.map((finding) => ({
      code: finding.code,
      severity: finding.severity,
      message: finding.message,
      fix: finding.fix,
      place: { ...finding.place, file: shorten(finding.place.file, context) },
    }));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    if (context.options.json === true) context.out(JSON.stringify(shown, null, 2));
    else {
      const paint = painter(context.colour);
      for (const { code, severity, message, fix, place } of shown) {
        const name = severity === 'error' ? paint('red', 'error') : paint('yellow', 'warning');
        context.out(
          [
            `${name}[${code}]: ${message}`,
            ...printPlace(place, paint),
            `  ${paint('green', 'fix')}: ${fix}`,
          ].join('\n'),
        );
      }
    }
    context.note(
      findings.length === 0
        ? 'Checked: no findings.'
        : `Checked: ${errors} error${errors === 1 ? '' : 's'}, ${findings.length - errors} warning${findings.length - errors === 1 ? '' : 's'}.`,
    );
    return errors === 0 ? 0 : 1;
  },
});

function shorten(file: string, { cwd }: CommandContext): string {
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file;
}
