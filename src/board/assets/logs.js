const mostKept = 400_000; // characters of one log in the page
const streams = new WeakMap();

/** Follows the log of every step that is opened, and lets go of it when it is closed or leaves the page. */
export function followOpenedLogs(root) {
  root.addEventListener(
    'toggle',
    (event) => {
      const details = event.target;
      if (!details.dataset?.log) return;
      if (details.open) follow(details);
      else release(details);
    },
    true, // toggle does not bubble
  );
}

/** Ends the streams of logs that are no longer in the page. */
export function releaseLogsIn(removed) {
  if (removed.nodeType !== Node.ELEMENT_NODE) return;
  if (removed.dataset.log) release(removed);
  removed.querySelectorAll('[data-log]').forEach(release);
}

function follow(details) {
  release(details);
  const pane = details.querySelector('.log');
  pane.textContent = '';
  pane.dataset.state = 'loading';
  const stream = new EventSource(details.dataset.log);
  streams.set(details, stream);
  stream.addEventListener('skipped', ({ data }) => {
    pane.append(`… the first ${Math.round(Number(data) / 1024)} KiB are left out here …\n`);
  });
  stream.addEventListener('text', ({ data }) => append(pane, JSON.parse(data)));
  stream.addEventListener('end', () => {
    release(details);
    pane.dataset.state = pane.textContent === '' ? 'empty' : 'ended';
  });
}

function append(pane, text) {
  const follows = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24;
  pane.dataset.state = 'live';
  // eslint-disable-next-line no-control-regex
  pane.append(text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, ''));
  if (pane.textContent.length > mostKept) pane.textContent = pane.textContent.slice(-mostKept / 2);
  if (follows) pane.scrollTop = pane.scrollHeight;
}

function release(details) {
  streams.get(details)?.close();
  streams.delete(details);
}
