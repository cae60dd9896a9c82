/**
 * The environment that lets a git process use the loop's remotes with their token: only at that address, and neither in
 * an argument nor in a file. It takes the place of other `GIT_CONFIG_COUNT` settings.
 */
export function gitCredentials(options: {
  readonly url: string;
  readonly token: string;
}): Record<string, string> {
  const credentials = Buffer.from(`bitiq:${options.token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${options.url}/git/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
  };
}
