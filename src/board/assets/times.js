/** Writes every moment of the page as the time that has passed, and every running duration as it grows. */
export function tellTimes() {
  const now = Date.now();
  for (const time of document.querySelectorAll('time[data-ago]')) {
    const moment = Date.parse(time.dateTime);
    if (Number.isNaN(moment)) continue;
    const seconds = Math.max(0, (now - moment) / 1000);
    put(time, seconds < 2 ? 'just now' : `${sayWhole(seconds)} ago`);
    const title = new Date(moment).toLocaleString();
    if (time.title !== title) time.title = title;
  }
  for (const running of document.querySelectorAll('[data-since]')) {
    put(running, sayExact((now - Date.parse(running.dataset.since)) / 1000));
  }
}

function sayWhole(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day' : `${days} days`;
}

function sayExact(seconds) {
  if (seconds < 60) return `${Math.max(0, seconds).toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
