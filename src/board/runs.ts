import { html } from 'hono/html';
import type { RunView, StepView, TaskView } from '../model/loop-view.ts';
import { stateDot, stateMark, type Markup } from './marks.ts';
import { durationText, momentText, shaText, tagText } from './texts.ts';

/** The runs, newest first, each with its tasks, steps and logs behind it. */
export function runsFragment(runs: readonly RunView[]): Markup {
  if (runs.length === 0) return html`<p class="empty">No run yet: a push to a service starts one.</p>`;
  return html`<ol class="runs">
    ${runs.map(runItem)}
  </ol>`;
}

function runItem(run: RunView): Markup {
  return html`<li data-key="${run.run}" data-run="${run.run}" data-state="${run.state}">
    <details>
      <summary>
        ${stateMark(run.state)}
        <span class="service" title="${run.service}">${run.service}</span>
        <span class="version">${run.tag === undefined ? shaText(run.revision) : tagText(run.tag)}</span>
        <span class="subject">${run.subject ?? ''}</span>
        <span class="dots">${run.tasks.map(({ task, state }) => stateDot(state, task))}</span>
        <span class="duration">${runDuration(run)}</span>
        ${momentText(run.started)}
      </summary>
      ${run.message === undefined ? '' : html`<p class="message">${run.message}</p>`}
      <ol class="tasks">
        ${run.tasks.map((task) => taskItem(run, task))}
      </ol>
      <p class="origin faint">${run.run}, commit <span class="tag">${run.revision}</span></p>
    </details>
    ${run.state === 'failed' && run.message !== undefined ? html`<p class="message peek">${firstLine(run.message)}</p>` : ''}
  </li>`;
}

function runDuration(run: RunView): Markup | string {
  if (run.duration !== undefined) return durationText(run.duration);
  return run.state === 'running' ? html`<span data-since="${run.started}">running</span>` : '';
}

function taskItem(run: RunView, task: TaskView): Markup {
  const whole = Math.max(run.duration ?? 0, ...run.tasks.map(({ duration }) => duration ?? 0), 1);
  return html`<li data-key="${task.task}" data-task="${task.task}" data-state="${task.state}">
    <div class="task">
      ${stateMark(task.state)} <span class="name">${task.task}</span> ${durationBar(task.duration, whole)}
      <span class="duration">${task.duration === undefined ? '' : durationText(task.duration)}</span>
    </div>
    ${task.message === undefined ? '' : html`<p class="message">${task.message}</p>`}
    ${task.steps.map((step) => stepLog(run, task, step))}
  </li>`;
}

function durationBar(duration: number | undefined, whole: number): Markup {
  const width = Math.max(1, Math.round(((duration ?? 0) / whole) * 100));
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="track" width="100" height="4" />
    ${duration === undefined ? '' : html`<rect width="${width}" height="4" />`}
  </svg>`;
}

function stepLog(run: RunView, task: TaskView, step: StepView): Markup {
  const path = `/runs/${[run.run, task.task, step.step].map(encodeURIComponent).join('/')}.log`;
  const label = `Log of step ${step.step} of ${task.task}`;
  if (step.state === 'skipped' || step.state === 'waiting') {
    return html`<div class="step" data-key="${step.step}">
      ${stateMark(step.state)} <span class="name">${step.step}</span>
    </div>`;
  }
  return html`<details class="step" data-key="${step.step}" data-log="${path}">
    <summary>${stateMark(step.state)} <span class="name">${step.step}</span></summary>
    <pre class="log" data-own tabindex="0" role="log" aria-label="${label}"></pre>
    <a class="whole" href="${path}">whole log as text</a>
  </details>`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
