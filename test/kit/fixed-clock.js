// Loaded with `node --import`: every clock of the process stands at TEST_NOW, so that commits and ages are the same in every run.
const at = Date.parse(process.env['TEST_NOW'] ?? '');
const RealDate = Date;

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(at);
    else super(...parts);
  }

  static now() {
    return at;
  }
};
