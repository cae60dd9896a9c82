/**
 * Expands `$(NAME)` as a kubelet does in command, args and env: by variables that are set, `$$` is a dollar, and an
 * unknown name stays as it is.
 */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(env, name) ? env[name]! : whole;
  });
}
