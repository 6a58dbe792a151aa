#!/bin/sh
# usage: program.sh BUILD
# Install the program to an empty place and see what is there.
set -eu
build=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

DESTDIR="$place" cmake --install "$build" --prefix /usr --component program >"$place/log"
for file in bin/tapedeck share/tapedeck/contract.schema.json \
    share/tapedeck/plan.schema.json share/man/man1/tapedeck.1 \
    share/man/man1/tapedeck-help.1 share/zsh/vendor-completions/_tapedeck \
    share/bash-completion/completions/tapedeck \
    share/fish/vendor_completions.d/tapedeck.fish; do
    [ -s "$place/usr/$file" ] || { echo "$file was not installed"; exit 1; }
done
"$place/usr/bin/tapedeck" --version
