#!/usr/bin/env bash
# Builds the Kyverno command line that tools/kyverno pins into a folder: tools/workflows/build-kyverno.sh FOLDER.
# On GitHub the folder is put on PATH for the steps that follow.
set -euo pipefail
folder=${1:?the folder to build into}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
go build -C "$(dirname "${BASH_SOURCE[0]}")/../kyverno" -o "$folder/kyverno" github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno
"$folder/kyverno" version
if [ -n "${GITHUB_PATH:-}" ]; then echo "$folder" >>"$GITHUB_PATH"; fi
