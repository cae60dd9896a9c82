import type { FuzzTarget } from './fuzz-target.ts';
import { target as cel } from './targets/cel.ts';
import { target as dockerfile } from './targets/dockerfile.ts';
import { target as gitHttp } from './targets/git-http.ts';
import { target as jsonPath } from './targets/json-path.ts';
import { target as layer } from './targets/layer.ts';
import { target as records } from './targets/records.ts';
import { target as webhook } from './targets/webhook.ts';
import { target as yaml } from './targets/yaml.ts';

/** Every reader that is fuzzed. */
export const fuzzTargets: readonly FuzzTarget[] = [
  cel,
  dockerfile,
  gitHttp,
  jsonPath,
  layer,
  records,
  webhook,
  yaml,
];
