#!/bin/sh
# usage: static.sh SOURCE BUILD CC
# What `pkg-config --static` says is enough to link. Status 77, which ctest shows
# as skipped: a library that one of others needs in turn cannot be linked here
# (libunistring-dev, which libidn2-dev does not bring along).
# shellcheck disable=SC2046,SC2086 # flags are words
set -eu
source=$1 build=$2 cc=$3
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

cmake --install "$build" --prefix "$place/usr" --component library >"$place/log" ||
    { cat "$place/log"; exit 1; }
PKG_CONFIG_PATH=$(dirname "$(find "$place/usr" -name tapedeck.pc)")
export PKG_CONFIG_PATH
cd "$place"

# Each library that is ours to name is named, whatever this machine can link.
libs=$(pkg-config --static --libs tapedeck)
for name in tapedeck tapedeck-schema yaml pcre2-8 idn2 gmp z ssl crypto websockets; do
    case " $libs " in
    *" -l$name "*) ;;
    *) fail "--static lacks -l$name: $libs" ;;
    esac
done

echo 'int main(void) { return 0; }' >empty.c
if ! "$cc" empty.c -o empty $libs 2>err; then
    grep -q 'cannot find' err || { cat err; fail "--static of an empty program"; }
    echo "skipped: $(grep -m1 'cannot find' err)"
    exit 77
fi
cp "$source/tests/install/example.c" .
"$cc" -std=c11 -Wall -Wextra -Werror example.c -o example \
    $(pkg-config --static --cflags --libs tapedeck | sed -E 's/-l(tapedeck[a-z-]*)/-l:lib\1.a/g')
./example x.tape >out || fail "the program"
grep -qx valid out || fail "the program says otherwise"
