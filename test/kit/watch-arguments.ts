import { readdirSync, readFileSync } from 'node:fs';

/** Looks at the arguments of all processes again and again, as any user of the machine can; returns what ends that, with what was seen. */
export function watchArguments(): () => string {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (text.includes('git')) seen.add(text.replaceAll('\0', ' '));
      } catch {
        // It ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 1);
  return () => {
    clearInterval(timer);
    return [...seen].join('\n');
  };
}
