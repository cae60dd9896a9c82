import { expect, it } from 'vitest';
import { everything, otherKinds } from './every-field.ts';
import { renderText, service } from './render.ts';

// `npx vitest run test/chart/golden.test.ts -u` writes it again; read the difference before you commit it.
it('a service that uses every field, beside a plain one, is rendered as it was', async () => {
  const rendered = await renderText({ environment: 'dev', services: [everything, service('plain')] });
  // Helm 3 prints no blank line between documents.
  await expect(rendered.replace(/\n+(?=---\n)/g, '\n').trimEnd() + '\n').toMatchFileSnapshot(
    '../golden/chart/every-field.yaml',
  );
});

it('each other kind of workload is rendered as it was', async () => {
  const rendered = await renderText({ environment: 'dev', services: otherKinds });
  await expect(rendered.replace(/\n+(?=---\n)/g, '\n').trimEnd() + '\n').toMatchFileSnapshot(
    '../golden/chart/other-kinds.yaml',
  );
});
