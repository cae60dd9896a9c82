import fc from 'fast-check';

/** Where random cases start: the same in every run, so that nothing fails by chance; `BITIQ_SEED` asks for others. */
export const seed = Number(process.env['BITIQ_SEED'] ?? 20_260_101);

fc.configureGlobal({ seed });

/** fast-check, whose cases are the same in every run. */
export { fc };
