import { html } from 'hono/html';
import { isTag, parseTag } from '../model/tag.ts';
import type { Markup } from './marks.ts';

/** A tag whose parts can be told apart, its text unchanged: the version, the commits since, the sha. */
export function tagText(tag: string): Markup {
  if (!isTag(tag)) return html`<span class="tag">${tag}</span>`;
  const { major, minor, patch, commits, sha } = parseTag(tag);
  const base = `v${major}.${minor}.${patch}`;
  const title = `${commits} ${commits === 1 ? 'commit' : 'commits'} since ${base}, at commit ${sha}`;
  return html`<span class="tag" title="${title}"
    ><span class="base">${base}</span><span class="count">-${commits}</span><span class="faint">.g</span
    ><b class="sha">${sha}</b></span
  >`;
}

/** The first seven digits of a commit, with all of them at hand. */
export function shaText(sha: string): Markup {
  return html`<span class="tag" title="${sha}"><b class="sha">${sha.slice(0, 7)}</b></span>`;
}

/** How a tag stands to the one of another environment, as a short phrase; nothing when they are the same. */
export function distanceText(tag: string, other: string, environment: string): string | undefined {
  if (tag === other) return undefined;
  if (!isTag(tag) || !isTag(other)) return `differs from ${environment}`;
  const [a, b] = [parseTag(tag), parseTag(other)];
  const sameBase = a.major === b.major && a.minor === b.minor && a.patch === b.patch;
  if (!sameBase || a.commits === b.commits) return `differs from ${environment}`;
  const commits = Math.abs(a.commits - b.commits);
  return `${commits} ${commits === 1 ? 'commit' : 'commits'} ${a.commits < b.commits ? 'behind' : 'ahead of'} ${environment}`;
}

/** A moment; the script of the page turns it into "3 s ago" in the reader's own time. */
export function momentText(iso: string): Markup {
  return html`<time datetime="${iso}" data-ago>${momentOf(iso)}</time>`;
}

/** A moment in UTC, to the second; what is not one stays as it is. */
export function momentOf(iso: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? iso : `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Milliseconds as a person says them. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A link that leads only where HTTP leads; anything else stays text. */
export function addressLink(url: string, label: string): Markup {
  const text = url.replace(/^https?:\/\//, '').replace(/\/$/, '');
  if (!/^https?:\/\//i.test(url)) return html`<span class="address">${url}</span>`;
  return html`<a class="address" href="${url}" target="_blank" rel="noreferrer" aria-label="${label}"
    >${text}</a
  >`;
}
