/**
 * Makes an element like another one with as few changes as possible, so that what a reader opened, selected or scrolled stays.
 * Children with a `data-key` are matched by it. `open` belongs to the reader; what has `data-own` is left to the page's script.
 */
export function morph(from, to) {
  if (from.hasAttribute('data-own')) return;
  for (const { name } of Array.from(from.attributes)) {
    if (!to.hasAttribute(name) && name !== 'open' && !isMark(from, name)) from.removeAttribute(name);
  }
  for (const { name, value } of Array.from(to.attributes)) {
    if (name !== 'open' && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  if (from.localName === 'time' || from.hasAttribute('data-since')) return; // its text is told by the clock of the page
  morphChildren(from, to);
}

function morphChildren(from, to) {
  const keyed = new Map([...from.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let cursor = from.firstChild;
  for (const wanted of Array.from(to.childNodes)) {
    const key = keyOf(wanted);
    const match = key ? keyed.get(key) : matches(cursor, wanted) ? cursor : undefined;
    if (!match || match.localName !== wanted.localName) {
      from.insertBefore(wanted, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else from.insertBefore(match, cursor);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, wanted);
    else if (match.data !== wanted.data) match.data = wanted.data;
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function matches(node, wanted) {
  return node && node.nodeType === wanted.nodeType && node.localName === wanted.localName && !keyOf(node);
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.getAttribute('data-key') : null;
}

/** What the script itself puts on elements. */
function isMark(element, name) {
  return name === 'data-changed' || (name === 'title' && element.localName === 'time');
}
