import { createHash } from 'node:crypto';
import type { Answer } from './ask-peer.ts';
import type { Version } from './settings.ts';

const style = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #566074; --paper: #f6f7f9; --card: #fff; --line: #d9dde5;
  --good: #14713d; --bad: #a3261b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf1; --soft: #a4aebf; --paper: #12151b; --card: #1b2029;
  --line: #333b49; --good: #6fd69a; --bad: #ff9a8f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
p { margin: 0; color: var(--soft); }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); margin-top: 2rem; }
section { background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--good); border-radius: .6rem;
  padding: 1.25rem; }
section.missing { border-top-color: var(--bad); }
h2 { font-size: 1.1rem; margin: 0; }
.state { color: var(--good); font-weight: 600; }
.missing .state { color: var(--bad); }
dl { margin: 1rem 0 0; display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .95rem; }
`;

/** The Content-Security-Policy under which the page shows: its one style, and nothing else. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The page as HTML; every text that came from elsewhere is escaped. */
export function page(own: Version, peer: Answer): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>toy-web ${escape(own.tag)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>What is running here</h1>
<p>Two services, each with its own version, asked at the moment you opened this page.</p>
<div class="cards">
${card(own.service, { version: own })}
${card('toy-service', peer)}
</div>
</main>
</body>
</html>
`;
}

function card(name: string, answer: Answer): string {
  const title = `<h2 id="${name}">${name}</h2>`;
  if ('problem' in answer) {
    return `<section class="missing" aria-labelledby="${name}">${title}
<p class="state">No answer</p>
<p>${escape(`${name} could not be asked: ${answer.problem}.`)}</p></section>`;
  }
  return `<section aria-labelledby="${name}">${title}
<p class="state">Running</p>
<dl><dt>Version</dt><dd>${escape(answer.version.tag)}</dd><dt>Commit</dt><dd>${escape(answer.version.commit)}</dd></dl></section>`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
