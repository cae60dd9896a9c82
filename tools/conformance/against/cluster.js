// Creates objects on a cluster with the user's own kubectl, and reads what became of them.
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** The cluster of a kubeconfig; every call throws what kubectl said when it fails. */
export function openCluster(kubeconfig) {
  return { createNamespace, create, waitForRuns, deleteNamespace, version };

  async function createNamespace(name) {
    kubectl(['create', 'namespace', name]);
    // Pods are refused before their account is there.
    for (let tries = 0; tries < 60; tries++) {
      if (ask(['get', 'serviceaccount', 'default', '-n', name]).status === 0) return;
      await sleep(500);
    }
    throw new Error(`The namespace ${name} has no service account after 30 s.`);
  }

  function create(objects) {
    if (objects.length === 0) return;
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    kubectl(['create', '-f', '-'], JSON.stringify(list));
  }

  /** All runs of a namespace once none of them goes on. */
  async function waitForRuns(namespace, count, seconds) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const { items } = JSON.parse(kubectl(['get', 'pipelineruns,taskruns', '-n', namespace, '-o', 'json']));
      if (items.length >= count && items.every(isOver) && !items.some(hasSidecars)) return items;
      if (Date.now() > end) {
        const open = items.filter((item) => !isOver(item)).map(({ metadata }) => metadata.name);
        throw new Error(`Not over after ${seconds} s on the cluster: ${open.join(', ')}`);
      }
      await sleep(1000);
    }
  }

  function deleteNamespace(name) {
    kubectl(['delete', 'namespace', name, '--wait=false']);
  }

  /** The version of Tekton Pipelines that is installed. */
  function version() {
    const info = kubectl([
      ...['get', 'configmap', 'pipelines-info', '-n', 'tekton-pipelines'],
      ...['-o', 'jsonpath={.data.version}'],
    ]);
    return info.trim();
  }

  function kubectl(args, input) {
    const { status, stdout, stderr } = ask(args, input);
    if (status !== 0) throw new Error(`kubectl ${args.slice(0, 3).join(' ')}: ${stderr.trim()}`);
    return stdout;
  }

  function ask(args, input) {
    const result = spawnSync('kubectl', ['--kubeconfig', kubeconfig, ...args], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (result.error) throw result.error;
    return result;
  }
}

function isOver({ status }) {
  const condition = status?.conditions?.find(({ type }) => type === 'Succeeded');
  return condition !== undefined && condition.status !== 'Unknown';
}

/** Sidecars are stopped after their TaskRun is over. */
function hasSidecars({ status }) {
  return status.sidecars?.some(({ running }) => running) ?? false;
}
