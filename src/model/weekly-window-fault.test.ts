import { describe, expect, it } from 'vitest';
import { faultOfWeeklyWindow } from './weekly-window-fault.ts';

describe('the fault of a weekly window', () => {
  it.each([
    ['Fri 16:00-Mon 08:00 Europe/Berlim', '"Europe/Berlim" is not a time zone, did you mean Europe/Berlin'],
    ['Fri 16:00-Mon 08:00 Moon', '"Moon" is not a time zone'],
    ['Fri 16:00-Mon 08:00', 'it names no time zone'],
    ['Fri 25:00-Mon 08:00 UTC', '"25:00" is not a time of the day (00:00 to 24:00)'],
    ['Fri 16:00-8:00 UTC', '"8:00" is not a time of the day (00:00 to 24:00)'],
    ['Mon,Tues 16:00-18:00 UTC', '"Tues" is not a day of the week, did you mean Tue'],
    ['Fri 16:00-Someday 08:00 UTC', '"Someday" is not a day of the week (Mon to Sun)'],
    ['Fri 16:00-Fri 16:00 UTC', 'it begins and ends on Fri; write "Fri 16:00-16:00 UTC"'],
    ['Fri 24:00-Sat 00:00 UTC', 'it ends when it begins'],
    ['Mon 24:00-00:00 UTC', 'it ends when it begins'],
    ['Mon,Tue 16:00-Wed 08:00 UTC', 'a last day goes with one first day, and not with a list'],
    ['', 'it is empty'],
    ['weekends', 'it lacks days, times or their order'],
  ])('%s: %s', (text, fault) => {
    expect(faultOfWeeklyWindow(text)).toBe(fault);
  });

  it.each(['Fri 16:00-Mon 08:00 Europe/Berlin', 'Mon, Tue 22:00-06:00 UTC', 'Sat 24:00-24:00 UTC'])(
    'is none in %s',
    (text) => {
      expect(faultOfWeeklyWindow(text)).toBeUndefined();
    },
  );
});
