import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../../model/errors.ts';
import { celFunctions, type CelSecrets } from './cel-functions.ts';

/** Functions that Tekton's CEL has and bitiq's does not. */
const missing =
  /\.format\(|\.quote\(|\b(sets|math|base64|strings)\.|\blists\.range\(|\.(flatten|distinct|sort|sortBy|slice)\(/;

/** The CEL of Tekton Triggers: `body`, `header`, `extensions`, `requestURL`, and its functions. */
export function celEnvironment(secrets: CelSecrets): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('body', 'map')
    .registerVariable('header', 'map')
    .registerVariable('extensions', 'map')
    .registerVariable('requestURL', 'string');
  return celFunctions(environment, secrets);
}

/** What is wrong with an expression before it is ever evaluated. */
export function celProblem(
  expression: string,
): { kind: 'unsupported' | 'invalid'; message: string } | undefined {
  const unsupported = missing.exec(expression.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '""'));
  if (unsupported)
    return { kind: 'unsupported', message: `the CEL function ${unsupported[0].replace(/^\.|\($|\.$/g, '')}` };
  try {
    const checked = celEnvironment(() => undefined).check(expression);
    if (checked.valid) return undefined;
    return { kind: 'invalid', message: firstLine(checked.error) };
  } catch (error) {
    return { kind: 'invalid', message: firstLine(error) };
  }
}

export function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]!;
}
