#!/usr/bin/env bash
# Builds what the tests compare with, of the versions that tools/*/go.mod pin, into a folder: tools/build-test-tools.sh FOLDER.
# What is on PATH is not built. What cannot be built is told, and the tests that need it say that they were skipped.
set -euo pipefail
folder=${1:?the folder to build into}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

failed=()
build() { # NAME COMMAND…: the command makes $folder/NAME
  if command -v "$1" >/dev/null; then return; fi
  echo "Building $1"
  "${@:2}" || failed+=("$1")
}
build_go() { # NAME MODULE PACKAGE
  build "$1" go build -C "$2" -o "$folder/$1" "$3"
}

if ! command -v go >/dev/null; then
  echo 'Nothing is built: there is no go on PATH.' >&2
  exit 0
fi
build_go opa opa github.com/open-policy-agent/opa
build_go docker-compose compose github.com/docker/compose/v5/cmd
# What Go downloads and keeps for Kyverno takes 12 GB.
if [ "$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')" -gt 20000000 ]; then
  build kyverno workflows/build-kyverno.sh "$folder"
else
  failed+=('kyverno (too little room on the disk)')
fi
if [ ${#failed[@]} -gt 0 ]; then echo "Some of these could not be built: ${failed[*]}" >&2; fi
