import { describe, expect, it } from 'vitest';
import { replay } from './console.ts';

const page = (output: string) => `Some words.\n\n\`\`\`console\n$ bitiq log\n${output}\`\`\`\n`;
const printed = 'prod/1  5 s ago  abc1234\n  reason: first\n  helm/a.yaml:9  x\n';
const written = 'prod/1  3 s ago  fed4321\n  reason: first\n  helm/a.yaml:4  x\n';

describe('replay', () => {
  it('leaves what is still true as it was written', async () => {
    expect(await replay(page(written), async () => printed)).toBe(page(written));
    expect(await replay(page('prod/1  3 s ago  fed4321\n…\n'), async () => printed)).toBe(
      page('prod/1  3 s ago  fed4321\n…\n'),
    );
  });

  it('writes what is not true any more anew', async () => {
    expect(await replay(page('prod/2  3 s ago  fed4321\n'), async () => printed)).toBe(page(printed));
  });

  it('writes all of it anew where it is told to, and keeps what was left out', async () => {
    const anew = (output: string) => replay(page(output), async () => printed, { anew: true });
    expect(await anew(written)).toBe(page(printed));
    expect(await anew('prod/1  3 s ago  fed4321\n…\n')).toBe(page('prod/1  5 s ago  abc1234\n…\n'));
    expect(await anew('…\n  helm/a.yaml:4  x\n')).toBe(page('…\n  helm/a.yaml:9  x\n'));
    expect(await anew('prod/1  3 s ago  fed4321\n…\n  helm/a.yaml:4  x\n')).toBe(
      page('prod/1  5 s ago  abc1234\n…\n  helm/a.yaml:9  x\n'),
    );
  });
});
