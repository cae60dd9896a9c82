import { html } from 'hono/html';
import type { Hold } from '../model/stops.ts';
import type { EnvironmentView, ServiceView } from '../model/loop-view.ts';
import { nameOfPerson } from '../model/name-of-person.ts';
import { stateMark, type Markup } from './marks.ts';
import { addressLink, distanceText, momentOf, momentText, shaText, tagText } from './texts.ts';

/** The matrix of services and environments: what runs, what is wanted, and why they differ. */
export function environmentsFragment(environments: readonly EnvironmentView[]): Markup {
  const services = [
    ...new Set(environments.flatMap((environment) => environment.services.map(({ service }) => service))),
  ];
  if (services.length === 0) return emptyMatrix(environments);
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="environments-title">
    <table class="matrix" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader" class="corner">Service</th>
          ${environments.map(environmentHead)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${services.sort().map((service) => serviceRow(service, environments))}
      </tbody>
    </table>
  </div>`;
}

function environmentHead(environment: EnvironmentView): Markup {
  const { release, revision, releaseId, manifestDigest } = environment;
  const digest = [
    releaseId && `release id ${releaseId}`,
    manifestDigest && `manifests ${manifestDigest}`,
  ].filter(Boolean);
  return html`<th
    scope="col"
    role="columnheader"
    class="environment"
    data-key="${environment.environment}"
    data-environment="${environment.environment}"
    data-state="${environment.state}"
    data-release="${release}"
  >
    <div class="title">
      <span class="name">${environment.environment}</span>
      ${environment.state === 'unseen' ? '' : stateMark(environment.state)}
    </div>
    <div class="facts">
      <span class="release" title="${digest.join(', ')}">${release}</span>
      ${release.includes(revision.slice(0, 7)) ? '' : shaText(revision)}
    </div>
    ${environment.message === undefined ? '' : html`<p class="message">${environment.message}</p>`}
    ${(environment.freezes ?? []).map(({ freeze, until }) => stopNote('frozen', { ...freeze, until }))}
  </th>`;
}

function serviceRow(service: string, environments: readonly EnvironmentView[]): Markup {
  const [first] = environments;
  const reference = first?.services.find((view) => view.service === service);
  return html`<tr role="row" data-key="${service}">
    <th scope="row" role="rowheader" class="service">${service}</th>
    ${environments.map((environment) => {
      const view = environment.services.find((candidate) => candidate.service === service);
      if (view === undefined)
        return html`<td
          role="cell"
          class="none"
          data-key="${environment.environment}"
          data-label="${environment.environment}"
        >
          <span class="faint">not in ${environment.environment}</span>
        </td>`;
      const compared = environment === first ? undefined : reference;
      return serviceCell(
        environment.environment,
        view,
        compared && { view: compared, name: first?.environment ?? '' },
      );
    })}
  </tr>`;
}

function serviceCell(
  environment: string,
  view: ServiceView,
  other?: { view: ServiceView; name: string },
): Markup {
  const running = view.running;
  const distance = other?.view.running && running && distanceText(running, other.view.running, other.name);
  return html`<td
    role="cell"
    data-key="${environment}"
    data-label="${environment}"
    data-environment="${environment}"
    data-service="${view.service}"
    data-wanted="${view.wanted}"
    data-running="${running ?? ''}"
    data-health="${view.health}"
  >
    <div class="versions">
      ${running === undefined ? html`<span class="faint">nothing runs</span>` : tagText(running)}
      ${running === view.wanted ? '' : html`<span class="wanted"><span class="faint">wants</span> ${tagText(view.wanted)}</span>`}
    </div>
    <div class="facts">
      ${stateMark(view.health)}
      ${view.url === undefined ? '' : addressLink(view.url, `${view.service} in ${environment}`)}
      ${view.since === undefined ? '' : momentText(view.since)}
      ${distance ? html`<span class="distance">${distance}</span>` : ''}
    </div>
    ${view.message === undefined ? '' : html`<p class="message">${view.message}</p>`}
    ${view.hold === undefined ? '' : stopNote('held', view.hold)}
  </td>`;
}

/** What somebody stopped here: why, who, since and until when. */
function stopNote(
  kind: 'held' | 'frozen',
  { by, since, until, reason }: Pick<Hold, 'by' | 'since' | 'until' | 'reason'>,
): Markup {
  return html`<p class="stop" data-stop="${kind}">
    ${stateMark(kind)}
    <span class="reason">${reason}</span>
    <span class="faint"
      ><span title="${by}">${nameOfPerson(by)}</span>,
      ${momentText(since)}${until === undefined ? '' : `, until ${momentOf(until)}`}</span
    >
  </p>`;
}

function emptyMatrix(environments: readonly EnvironmentView[]): Markup {
  return html`<div class="empty">
    <p>
      <b>Nothing runs yet.</b> A push to the <code>main</code> of a service is built, and its image runs here.
    </p>
    ${environments.map(
      ({ environment, release, state, message }) =>
        html`<p class="facts" data-environment="${environment}">
          <span class="name">${environment}</span> ${stateMark(state)}
          <span class="release">${release}</span> ${message ?? ''}
        </p>`,
    )}
  </div>`;
}
