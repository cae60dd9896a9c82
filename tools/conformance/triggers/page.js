/** The part of the page about Tekton Triggers, as Markdown. */
export function printTriggers(outcomes) {
  const count = (verdict, of = outcomes) => of.filter((one) => one.verdict === verdict).length;
  const tests = [...new Set(outcomes.map(({ test }) => test))].sort();
  const rows = tests.map((test) => {
    const own = outcomes.filter((one) => one.test === test);
    return `| ${test} | ${count('agrees', own)} | ${count('differs', own) || ''} | ${count('refused', own) || ''} | ${count('outside', own) || ''} |`;
  });
  const list = (verdict) =>
    [
      ...new Set(
        outcomes
          .filter((one) => one.verdict === verdict)
          .map(
            ({ test, name, why }) =>
              `- ${verdict === 'differs' ? `${code(name)} (${test}): ` : ''}${text(why)}`,
          ),
      ),
    ].join('\n');
  return `## Triggers

Every call that the Go tests of Triggers make of the functions that matter here is recorded (what goes in, what comes out) and made
again with ours; \`TestExpressionsOfBitiq\` are [expressions of our own](../../tools/conformance/triggers/expressions.json) for all of
cel-go's extensions, evaluated by Triggers' own CEL. **${count('agrees')} of ${count('agrees') + count('differs')} calls agree**;
${count('refused')} are refused by name before an event comes, ${count('outside')} have no counterpart without a cluster.

| Function: test | Agrees | Differs | Refused | Outside |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

What differs:

${list('differs')}

What is refused:

${list('refused')}

What has no counterpart:

${list('outside')}`;
}

/** The page with this part in the place of what it had, before the part about clusters when it had none. */
export function replaceTriggers(page, outcomes) {
  const part = `${printTriggers(outcomes)}\n\n`;
  const start = page.search(/^## Triggers$/m);
  if (start >= 0) {
    const next = page.slice(start + 1).search(/^## /m);
    return `${page.slice(0, start)}${part}${next < 0 ? '' : page.slice(start + 1 + next)}`;
  }
  const cluster = page.search(/^## Beside/m);
  const at = cluster < 0 ? page.length : cluster;
  return `${page.slice(0, at).trimEnd()}\n\n${part}${page.slice(at)}`.trimEnd().concat('\n');
}

function code(name) {
  return `\`${text(name).replaceAll('`', "'").replaceAll('\\|', '|')}\``;
}

function text(why) {
  return why.replaceAll('\n', ' ').replaceAll('|', '\\|').replace(/[<>]/g, '').slice(0, 300);
}
