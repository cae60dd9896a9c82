import fc from 'fast-check';

// The same cases in every run, so that no property fails by chance; `BITIQ_SEED` asks for others.
fc.configureGlobal({ seed: Number(process.env['BITIQ_SEED'] ?? 20_260_101) });

/** fast-check, whose cases are the same in every run. */
export { fc };
