/** The Helm release that bitiq provides when none is installed; tools/helm/go.mod pins the same one. */
export const pinnedVersion = '4.3.1';

/** Where Helm's project publishes its releases. */
export const releaseHost = 'https://get.helm.sh';

/**
 * SHA-256 of each release archive, by `<os>-<architecture>`. Source: hack/installers/checksums/helm-v4.3.1-*.sha256 of the
 * Go module github.com/argoproj/argo-cd/v3@v3.6.1, whose own content the Go checksum database vouches for.
 */
export const archiveDigests: Readonly<Record<string, string>> = {
  'darwin-amd64': '34bec4eba761ba5c16d1965ee6b8f5b0abe5993974a802274e2a4f0418893d89',
  'darwin-arm64': '6b4e61c8cd27d99e5a801e63ff25dd5c70b36875c2cd659d3e9ce6b76fc23198',
  'linux-amd64': '0403a88ae20913d11b10a2467b50087721fea7581736da6b9d3992f5357fe54b',
  'linux-arm64': '8cf8f66ecbc252ac8f7f06cca68aba88508ddfde3a6a34feb1678ad1694b4f88',
};

/** The `<os>-<architecture>` of a Node platform, as Helm's archives spell it. */
export function archivePlatform(platform: string, architecture: string): string {
  return `${platform}-${architecture === 'x64' ? 'amd64' : architecture}`;
}
