// Compares the status that a cluster wrote with the one that the toolkit wrote, field by field.

/** Moments: both must have them, and in the same order within an object. */
const momentNames = new Set([
  'completionTime',
  'finallyStartTime',
  'finishedAt',
  'lastTransitionTime',
  'startTime',
  'startedAt',
]);

/** What only a cluster has: the Pod, its containers and their images, and the settings of the installation. */
const clusterNames = new Set(['podName', 'containerID', 'imageID', 'featureFlags']);

/**
 * Every field in which two objects `{ status }` differ, as `{ path, cluster, toolkit }`; absent values are undefined.
 * `uids` are Maps from the uid of a run to what is written instead of it, `images` the images that stand in for others.
 */
export function compareStatus(cluster, toolkit, { uids = {}, images = new Map() } = {}) {
  const left = normalise(cluster, uids.cluster ?? new Map(), new Map());
  const right = normalise(toolkit, uids.toolkit ?? new Map(), images);
  const differences = [];
  differ(left, right, 'status', differences);
  compareOrder(left, right, 'status', differences);
  return differences;
}

/** Without what is empty or of the cluster alone, and with the words that must differ replaced. */
function normalise(value, uids, images) {
  if (typeof value === 'string') {
    let text = images.get(value) ?? value;
    for (const [uid, name] of uids) text = text.replaceAll(uid, name);
    return text;
  }
  if (Array.isArray(value)) return value.map((item) => normalise(item, uids, images));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([name]) => !clusterNames.has(name))
    .map(([name, field]) => [name, normalise(field, uids, images)])
    // Go writes `{}` and `null` for what is not set, and reads both as that.
    .filter(([, field]) => !isEmpty(field));
  return Object.fromEntries(kept);
}

function isEmpty(value) {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function differ(left, right, path, differences) {
  const kinds = [left, right].map(kindOf);
  if (kinds[0] === 'object' && kinds[1] === 'object') {
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const isMoment = momentNames.has(name) && isMomentText(left[name]) && isMomentText(right[name]);
      if (!isMoment) differ(left[name], right[name], `${path}.${name}`, differences);
    }
  } else if (kinds[0] === 'array' && kinds[1] === 'array') {
    for (let index = 0; index < Math.max(left.length, right.length); index++)
      differ(left[index], right[index], `${path}[${index}]`, differences);
  } else if (left !== right) differences.push({ path, cluster: left, toolkit: right });
}

function kindOf(value) {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

function isMomentText(value) {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

/** Two moments whose order the cluster and the toolkit disagree about; a cluster writes whole seconds. */
function compareOrder(left, right, path, differences) {
  const moments = new Map(momentsOf(right, path));
  const known = momentsOf(left, path).filter(([place]) => moments.has(place));
  for (const [earlier, a] of known) {
    for (const [later, b] of known) {
      if (a < b && moments.get(earlier) > moments.get(later))
        differences.push({
          path: earlier,
          cluster: `before ${later}`,
          toolkit: `after ${later}`,
        });
    }
  }
}

/** The moments of one status as whole seconds; those of earlier attempts are of another. */
function momentsOf(value, path) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const place = Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`;
    if (momentNames.has(name) && isMomentText(field)) return [[place, Math.floor(Date.parse(field) / 1000)]];
    return name === 'retriesStatus' || name === 'taskSpec' || name === 'pipelineSpec'
      ? []
      : momentsOf(field, place);
  });
}
