#!/usr/bin/env bash
# Builds the opa that tools/opa pins into a folder where policies of the current repository are written in Rego:
# tools/workflows/build-opa.sh FOLDER. On GitHub the folder is put on PATH for the steps that follow.
set -euo pipefail
folder=${1:?the folder to build into}
if [ -z "$(git ls-files -- 'policies/*.rego')" ]; then
  echo 'No policy is written in Rego, so opa is not needed.'
  exit 0
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
go build -C "$(dirname "${BASH_SOURCE[0]}")/../opa" -o "$folder/opa" github.com/open-policy-agent/opa
"$folder/opa" version
if [ -n "${GITHUB_PATH:-}" ]; then echo "$folder" >>"$GITHUB_PATH"; fi
