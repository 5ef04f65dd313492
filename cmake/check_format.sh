#!/usr/bin/env bash
# Every C++ source is as clang-format-19 writes it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files -z '*.cpp' '*.hpp' | xargs -0 clang-format-19 --dry-run --Werror
