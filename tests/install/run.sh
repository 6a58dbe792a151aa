#!/bin/sh
# usage: run.sh BUILD CC
# Install to an empty place, then build and run a program against it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1 cc=$2
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

DESTDIR="$place" cmake --install "$build" --prefix /usr >"$place/log"
for file in bin/tapedeck include/tapedeck/core/event.h share/man/man1/tapedeck.1 \
    share/man/man1/tapedeck-help.1 share/zsh/vendor-completions/_tapedeck \
    share/bash-completion/completions/tapedeck \
    share/fish/vendor_completions.d/tapedeck.fish; do
    [ -s "$place/usr/$file" ] || { echo "$file was not installed"; exit 1; }
done
"$place/usr/bin/tapedeck" --version

# pkg-config puts the place before the paths of the .pc file itself only.
pc=$(dirname "$(find "$place" -name tapedeck.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --define-variable=prefix="$place/usr" \
    --cflags --libs tapedeck)
# shellcheck disable=SC2086
"$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror ${CFLAGS-} "$here/example.c" \
    -o "$place/example" $flags
[ "$("$place/example" "$place/x.tape")" = "1500 ns: 1.10
valid
/price: expected a multiple of 0.01, found 1.105" ]
echo "the example runs"
