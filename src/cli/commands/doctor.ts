import { defineCommand } from '../command.ts';
import { painter, printTable } from '../print.ts';
import { keptFolder } from '../toolkit-root.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  group: 'Reads',
  summary: 'list the tools that this machine lacks, and what each is for',
  options: [{ flags: '--json', summary: 'print JSON' }],
  examples: [{ command: 'bitiq doctor', summary: 'before the first `./bitiq up`' }],
  exitCodes: { 0: 'nothing is missing', 1: 'something is missing' },
  run: async (context) => {
    const { diagnose } = await import('../../actions/doctor.ts');
    const { lookForHelm } = await import('../../helm/find-helm.ts');
    const diagnoses = await diagnose({
      env: context.env,
      nodeVersion: process.version,
      lookForHelm: () => lookForHelm({ kept: keptFolder(), progress: (line) => context.note(line) }),
    });
    if (context.options.json === true) context.out(JSON.stringify(diagnoses, null, 2));
    else {
      const paint = painter(context.colour);
      const words = {
        ok: paint('green', 'ok'),
        missing: paint('red', 'missing'),
        absent: paint('dim', 'not there'),
      };
      context.out(
        printTable(
          diagnoses.map((each) => [words[each.state], each.name, each.found, paint('dim', each.advice)]),
        ),
      );
    }
    return diagnoses.some((each) => each.state === 'missing') ? 1 : 0;
  },
});
