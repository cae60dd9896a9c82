import { followOpenedLogs, releaseLogsIn } from './logs.js';
import { morph } from './morph.js';
import { tellTimes } from './times.js';

const connection = document.getElementById('connection');
const announcer = document.getElementById('announcer');
const parts = [...document.querySelectorAll('[data-fragment]')];

tellTimes();
setInterval(tellTimes, 500);
followOpenedLogs(document);
tellTitle();
new MutationObserver((changes) => {
  for (const { removedNodes } of changes) removedNodes.forEach(releaseLogsIn);
}).observe(document.body, { childList: true, subtree: true });

const feed = new EventSource('/api/fragments');
feed.addEventListener('open', () => tellConnection('live', 'live'));
feed.addEventListener('error', () => tellConnection('lost', 'reconnecting…'));
for (const part of parts) {
  feed.addEventListener(part.id, ({ data }) => {
    const before = cellStates(part);
    const template = document.createElement('template');
    template.innerHTML = JSON.parse(data);
    const wanted = part.cloneNode(false);
    wanted.append(template.content);
    morph(part, wanted);
    tellTimes();
    tellTitle();
    tellChanges(before, cellStates(part));
  });
}

function tellConnection(state, word) {
  connection.dataset.state = state;
  connection.querySelector('.word').textContent = word;
}

function tellTitle() {
  const { overall, healthy, services } = document.querySelector('[data-overall]').dataset;
  document.title =
    overall === 'degraded' || overall === 'failed' ? `bitiq: ${healthy} of ${services} as wanted` : 'bitiq';
}

function cellStates(part) {
  const cells = [...part.querySelectorAll('td[data-service]')];
  return new Map(
    cells.map((cell) => [cell, `${cell.dataset.health}, ${cell.dataset.running || 'nothing runs'}`]),
  );
}

/** Shows for a moment which cells changed, and says it to those who listen. */
function tellChanges(before, after) {
  const said = [];
  for (const [cell, state] of after) {
    if (before.get(cell) === state) continue;
    cell.dataset.changed = '';
    setTimeout(() => delete cell.dataset.changed, 1600);
    said.push(`${cell.dataset.service} in ${cell.dataset.environment}: ${state}`);
  }
  if (said.length > 0) announcer.textContent = said.slice(0, 5).join('. ');
}
