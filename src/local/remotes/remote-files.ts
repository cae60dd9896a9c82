/** The configuration of a bare remote of the loop, whole: nothing in it depends on the host. */
export const remoteConfig = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	logAllRefUpdates = true
[http]
	receivepack = true
	uploadpack = true
	getanyfile = false
[receive]
	fsckObjects = true
	autogc = false
	denyDeleteCurrent = refuse
[receive "fsck"]
	zeroPaddedFilemode = warn
	badTimezone = warn
	missingSpaceBeforeDate = warn
[uploadpack]
	allowFilter = true
	allowReachableSHA1InWant = true
[gc]
	auto = 0
[maintenance]
	auto = false
`;

/**
 * Refuses the whole push when one of its refs rewrites or deletes the main branch, or changes or deletes a release tag
 * (`<env>/<n>`) or a version tag (`v*`). It is `pre-receive`, not `update`, so that nothing is half accepted and
 * the pusher reads a sentence of ours before git's own rules speak.
 */
export const preReceiveHook = `#!/bin/sh
# Written by bitiq at every start; changes are lost.
refused=0
main=$(git symbolic-ref HEAD)
while read -r old new ref; do
  case $old in *[!0]*) exists=1 ;; *) exists=0 ;; esac
  case $new in *[!0]*) deletes=0 ;; *) deletes=1 ;; esac
  case $ref in
    "$main")
      if [ "$deletes" = 1 ]; then
        echo "bitiq: \${main#refs/heads/} is never deleted: it is the history of what ran." >&2
        refused=1
      elif [ "$exists" = 1 ] && ! git merge-base --is-ancestor "$old" "$new"; then
        echo "bitiq: this push rewrites \${main#refs/heads/}, which only grows. Fetch, merge or rebase onto it, and push again." >&2
        refused=1
      fi
      ;;
    refs/tags/v* | refs/tags/*/[0-9]*)
      if [ "$exists" = 1 ]; then
        echo "bitiq: \${ref#refs/tags/} is a release and never changes. Make a new one instead." >&2
        refused=1
      fi
      ;;
  esac
done
if [ "$refused" = 1 ]; then
  echo "bitiq: the whole push was refused; nothing was changed." >&2
fi
exit $refused
`;

/** Leaves a mark that the loop watches; works for a push over HTTP and by path, and while the loop is down. */
export function postReceiveHook(repository: string): string {
  return `#!/bin/sh
# Written by bitiq at every start; changes are lost.
cat > /dev/null
mkdir -p ../pushes && echo pushed > ../pushes/${repository}
exit 0
`;
}
