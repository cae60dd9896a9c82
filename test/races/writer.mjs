// One of many writers on one remote: writer.mjs DIST REMOTE NUMBER ACTIONS. Prints one JSON line an action.
const [, , dist, remote, number, actions] = process.argv;
const { openRepository } = await import(`${dist}/git/repository.js`);
const { setTags } = await import(`${dist}/actions/set.js`);
const { promote } = await import(`${dist}/actions/promote.js`);
const { rollback } = await import(`${dist}/actions/rollback.js`);

const repository = await openRepository(remote);
const services = ['toy-service', 'toy-web'];
for (let index = 0; index < Number(actions); index++) {
  const actor = {
    name: `Writer ${number}`,
    email: 'writer@example.com',
    now: new Date(),
    reason: `${number}.${index}`,
  };
  const helm = process.env.BITIQ_HELM;
  const kind = ['set', 'set', 'promote', 'set', 'rollback'][index % 5];
  const commits = 1000 * Number(number) + index + 10;
  const tag = `v0.1.0-${commits}.g${(0xabc0000 + commits).toString(16)}`;
  const tags = new Map([[services[(index + Number(number)) % 2], tag]]);
  let result;
  try {
    const applied =
      kind === 'set'
        ? await setTags(repository, { environment: 'dev', tags, actor, helm, force: true })
        : kind === 'promote'
          ? await promote(repository, { from: 'dev', to: 'prod', actor, helm })
          : await rollback(repository, { environment: 'prod', actor });
    const { plan } = applied.prepared;
    result = { kind, wrote: plan.commits.length > 0, head: applied.head, to: plan.to, races: applied.races };
  } catch (error) {
    result = { kind, error: error.code ?? String(error) };
  }
  process.stdout.write(`${JSON.stringify({ ...result, reason: actor.reason })}\n`);
}
