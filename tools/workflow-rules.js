// What this repository asks of a GitHub workflow beyond what actionlint finds: least privilege, and nothing that others can change.
import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** What is wrong with a workflow, each with its line; an empty list when nothing is. */
export function checkWorkflow(text) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0 || !isMap(document.contents)) return [];
  const found = [];
  const report = (node, message) =>
    found.push({ line: lines.linePos(node?.range?.[0] ?? 0).line, column: 1, message });

  checkTop(document, report);
  for (const { key, value: job } of pairs(document.get('jobs'))) {
    checkJob(String(key), key, job, report);
    const writes = isMap(job) && isMap(job.get('permissions')) && job.getIn(['permissions', 'contents']);
    for (const step of items(job, 'steps'))
      checkStep(step, { text, lines, pushes: writes === 'write', report });
  }
  return found.sort((a, b) => a.line - b.line);
}

function checkTop(document, report) {
  const top = document.contents;
  const permissions = document.get('permissions', true);
  if (!isMap(permissions) || permissions.items.length > 0)
    report(permissions ?? top, 'the workflow needs `permissions: {}`; each job asks for what it needs');
  if (!document.has('concurrency')) report(top, 'the workflow needs a `concurrency` group');
  const on = document.get('on', true);
  for (const event of ['pull_request_target', 'workflow_run']) {
    const named = isMap(on)
      ? on.has(event)
      : isSeq(on)
        ? on.items.some((item) => item.value === event)
        : false;
    if (named || (isScalar(on) && on.value === event))
      report(on, `${event} runs with a token that can write, next to files of a stranger`);
  }
}

function checkJob(name, key, job, report) {
  if (!isMap(job)) return;
  const permissions = job.get('permissions', true);
  if (!isMap(permissions)) report(permissions ?? key, `the job ${name} needs \`permissions\`, one by one`);
  if (!job.has('uses') && typeof job.get('timeout-minutes') !== 'number')
    report(key, `the job ${name} needs \`timeout-minutes\``);
  if (job.has('uses')) checkPinned(job.get('uses', true), undefined, report);
  if (job.get('secrets') === 'inherit') report(job.get('secrets', true), 'secrets are named one by one');
}

function checkStep(step, { text, lines, pushes, report }) {
  if (!isMap(step)) return;
  const uses = step.get('uses', true);
  if (uses) {
    const { line } = lines.linePos(uses.range[0]);
    checkPinned(uses, text.split('\n')[line - 1], report);
    if (String(uses.value).startsWith('actions/checkout@')) {
      const persists = step.getIn(['with', 'persist-credentials']);
      if (persists !== false && !(persists === true && pushes))
        report(uses, 'a checkout needs `persist-credentials: false`, or `true` in a job that pushes');
    }
  }
  const run = step.get('run', true);
  if (run && String(run.value).includes('${{'))
    report(run, '`run` holds an expression, whose value becomes code: pass it in `env`');
}

function checkPinned(uses, line, report) {
  const name = String(uses.value);
  if (name.startsWith('./')) return;
  const pinned = name.startsWith('docker://') ? /@sha256:[0-9a-f]{64}$/ : /@[0-9a-f]{40}$/;
  if (!pinned.test(name)) report(uses, `${name} is not pinned to a commit: a tag can be moved`);
  else if (line !== undefined && !/#\s*v\d+\.\d+\.\d+\s*$/.test(line))
    report(uses, `${name} needs its version as a comment, such as # v1.2.3`);
}

function pairs(node) {
  return isMap(node) ? node.items : [];
}

function items(node, name) {
  const list = isMap(node) ? node.get(name) : undefined;
  return isSeq(list) ? list.items : [];
}
