import { checkTektonFiles, readTektonFiles, type TektonFinding } from '../../tekton/index.ts';

const ofTekton = /apiVersion["']?\s*:\s*["']?(triggers\.)?tekton\.dev\//;

/** Every fault of Tekton files or folders of them; a Task that they name and do not have may lie in a cluster. */
export async function checkPipelineFiles(files: readonly string[]): Promise<TektonFinding[]> {
  const sources = await readTektonFiles(files);
  const findings = checkTektonFiles(sources, { mayLieElsewhere: true });
  if (findings.length > 0 || sources.some(({ text }) => ofTekton.test(text))) return findings;
  return [
    {
      code: 'tekton-missing',
      severity: 'warning',
      message: 'It contains no Tekton objects, so nothing was checked.',
      fix: 'Name files or folders with objects of tekton.dev or triggers.tekton.dev.',
      place: { file: files[0]! },
    },
  ];
}
