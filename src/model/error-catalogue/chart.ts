import type { CatalogueEntry } from './entry.ts';

/** Codes of the chart part. */
export const chartErrors = {
  'helm-missing': {
    exit: 3,
    title: 'There is no Helm that bitiq can use',
    explanation:
      'Helm 3.14 or newer was found neither in BITIQ_HELM nor on PATH, and the pinned release could neither be fetched nor built. The message gives both reasons.',
  },
  'chart-invalid': {
    exit: 1,
    title: 'Chart.yaml lacks what Helm needs',
    explanation:
      'helm/bitiq/Chart.yaml needs a semantic version, which is raised when templates or defaults change.',
  },
  'chart-render-failed': {
    exit: 1,
    title: 'Helm refused to render the chart',
    explanation:
      "The values do not fit the schema, the chart's own checks refused a service, or a template has a fault. The message has Helm's own sentences.",
  },
  'manifest-invalid': {
    exit: 1,
    title: 'A rendered document is not a Kubernetes object',
    explanation:
      'It is not valid YAML, or it lacks apiVersion, kind or metadata.name. The message shows where in the rendering it begins.',
  },
} as const satisfies Record<string, CatalogueEntry>;
