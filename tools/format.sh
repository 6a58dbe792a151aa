#!/bin/sh
# usage: tools/format.sh [--check]
# Lay out every C file of the tree, or only say which would change.
set -eu
cd "$(dirname "$0")/.."
how=-i
[ "${1-}" = --check ] && how="--dry-run -Werror"
git ls-files --cached --others --exclude-standard '*.c' '*.h' |
    while read -r file; do [ -f "$file" ] && echo "$file"; done |
    xargs "${CLANG_FORMAT:-clang-format}" $how
