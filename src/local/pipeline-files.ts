import { listFiles, readObjects } from '../git/read.ts';
import type { Repository } from '../git/repository.ts';
import type { SourceFile } from '../tekton/index.ts';

/** Reads the YAML files below pipelines/ at a commit of the GitOps repository; the newest answer is kept. */
export function pipelineFiles(repository: Repository): (commit: string) => Promise<readonly SourceFile[]> {
  let last: { readonly commit: string; readonly files: Promise<readonly SourceFile[]> } | undefined;
  return (commit) => {
    if (last?.commit !== commit) last = { commit, files: read(repository, commit) };
    return last.files;
  };
}

async function read(repository: Repository, commit: string): Promise<readonly SourceFile[]> {
  const files = (await listFiles(repository, commit, 'pipelines')).filter((file) =>
    /\.ya?ml$/.test(file.path),
  );
  const contents = await readObjects(
    repository,
    files.map((file) => file.sha),
  );
  return files.map((file, index) => ({ file: file.path, text: contents[index]?.toString('utf8') ?? '' }));
}
