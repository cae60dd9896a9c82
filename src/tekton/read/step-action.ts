import { parseParamReference, variablesOf } from '../substitution/variables.ts';
import type { StepAction } from '../types.ts';
import { containerFields, noTemplate, readContainer } from './container.ts';
import type { Cursor } from './cursor.ts';
import { readParamSpecs, readResultSpecs } from './params.ts';

export function readStepAction(document: Cursor): StepAction {
  const cursor = document.at('spec');
  cursor.checkFields('StepAction', {
    read: ['description', 'params', 'results', 'script', ...containerFields.read],
    ignored: ['securityContext'],
  });
  const container = readContainer(cursor, noTemplate);
  const name = document.at('metadata').at('name').requiredText();
  if (variablesOf(container.script ?? '').some((key) => parseParamReference(key))) {
    cursor
      .at('script')
      .fault(
        'The script of a StepAction cannot use $(params.…).',
        'Give the parameter by env and use the variable.',
      );
  }
  return {
    name,
    params: readParamSpecs(cursor.at('params')),
    step: { ...container, name, results: readResultSpecs(cursor.at('results')) },
    place: document.place,
  };
}
