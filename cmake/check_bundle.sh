#!/usr/bin/env bash
# Builds the candidate's page anew and compares it with the committed bundle, byte for byte. 77: can't be built here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../client/webui"
version=$(node --version 2>/dev/null | sed 's/^v//') || true
if [ -z "$version" ] || ! printf '20.19.0\n%s\n' "$version" | sort -VC; then
  echo "SKIPPED: Node.js 20.19 or newer is needed to rebuild the bundle, found ${version:-none}"; exit 77
fi
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
git ls-files -z . | tar --null -T - -cf - | tar -xf - -C "$folder"
cd "$folder"
if ! npm ci --no-audit --no-fund --silent; then echo "SKIPPED: the packages of the lock file can't be fetched here"; exit 77; fi
mv dist committed
npm run --silent build
diff -r committed dist && echo "the committed bundle is what its sources give"
