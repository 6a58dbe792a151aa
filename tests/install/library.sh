#!/bin/sh
# usage: library.sh SOURCE BUILD CC
# Build the libraries in BUILD, install them to an empty place, and meet them as a
# program of somebody else does: headers, names, pkg-config, static and shared,
# and the programs of docs/library.md.
# shellcheck disable=SC2046,SC2086 # flags are words
set -eu
source=$1 build=$2 cc=$3
here=$source/tests/install
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

# What is compiled is tested elsewhere; here it only has to be there soon.
cmake -G Ninja -S "$source" -B "$build" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_BUILD_TYPE= -DCMAKE_C_FLAGS="-O0 -w" -DTD_WERROR=OFF \
    -DBUILD_TESTING=OFF -DTD_LIBRARIES=ON >"$place/log" || { cat "$place/log"; exit 1; }
cmake --build "$build" --target libraries >"$place/log" || { cat "$place/log"; exit 1; }
cmake --install "$build" --prefix "$place/usr" --component library >"$place/log"

include=$place/usr/include
lib=$(dirname "$(find "$place/usr" -name libtapedeck.a)")
PKG_CONFIG_PATH=$lib/pkgconfig
export PKG_CONFIG_PATH
flags="-std=c11 -Wall -Wextra -Wpedantic -Werror"
cd "$place"

# compile_shared PROGRAM PACKAGES: SOURCE.c with the shared libraries;
# compile_static: with ours static and those of others as they are.
compile_shared() {
    "$cc" $flags "$1.c" -o "$1" $(pkg-config --cflags --libs $2) -Wl,-rpath,"$lib"
}
compile_static() {
    archives=$(pkg-config --libs-only-l $2 | sed -E 's/-l(tapedeck[a-z-]*)/-l:lib\1.a/g')
    others=$(pkg-config --print-requires-private $(pkg-config --print-requires $2 |
        sed 's/ .*//') $2)
    "$cc" $flags "$1.c" -o "$1" $(pkg-config --cflags $2) -L"$lib" $archives \
        $(pkg-config --libs $others) -pthread
    if readelf -d "$1" | grep -q 'NEEDED.*libtapedeck'; then
        fail "$1 was to be static"
    fi
}

# --- headers: each alone, in C and in C++, and each on the page ---
headers=$(cd "$include" && find tapedeck -name '*.h' | sort)
[ -n "$headers" ] || fail "no header was installed"
: >all.c
for header in $headers; do
    echo "#include <$header>" >>all.c
    echo "#include <$header>" >one.c
    # shellcheck disable=SC2086
    "$cc" $flags -I"$include" -fsyntax-only one.c || fail "<$header> alone"
    grep -q "\`${header#tapedeck/}\`" "$source/docs/library.md" ||
        fail "docs/library.md does not name ${header#tapedeck/}"
done
case $headers in *internal*) fail "an inner header was installed" ;; esac
if command -v g++ >/dev/null; then
    for header in $headers; do
        echo "#include <$header>" >one.cc
        g++ -std=c++17 -Wall -Wextra -Werror -I"$include" -fsyntax-only one.cc ||
            fail "<$header> in C++"
    done
    cp all.c all.cc
    echo 'int main() { return wire_server_port == nullptr || td_code_text(TD_OK)[0] != 0x6f; }' >>all.cc
    # shellcheck disable=SC2046
    g++ -std=c++17 all.cc -o all $(pkg-config --cflags --libs tapedeck) -Wl,-rpath,"$lib"
    ./all || fail "a C++ program"
else
    echo "C++: skipped, there is no g++ here"
fi

# --- names: what the headers declare, as the compiler sees it, and no other ---
gcc -std=c11 -I"$include" -aux-info prototypes -fsyntax-only all.c
grep "^/\* $include" prototypes | grep -v '\*/ static ' |
    sed -E 's/^[^*]*\*[^*]*\*\/ extern [^(]*[ *]([A-Za-z0-9_]+) \(.*/\1/' |
    sort -u >declared
[ "$(wc -l <declared)" -gt 100 ] || fail "the headers declare too little"
# of_node NAME.so NODE: the names it exports in that version node.
of_node() { nm -D --defined-only "$lib/$1" | sed -nE "s/^.* T ([^@]+)@@?$2_[0-9.]+$/\1/p" | sort; }
of_node libtapedeck-schema.so TAPEDECK_SCHEMA >schema
of_node libtapedeck-schema.so TAPEDECK_PRIVATE >private
of_node libtapedeck.so TAPEDECK >rest
sort schema rest | diff -u declared - || fail "exported is not what is declared"
nm -D --undefined-only "$lib/libtapedeck.so" | sed -E 's/^ +U ([^@]+).*/\1/' |
    sort >wanted
[ -z "$(comm -23 private wanted)" ] || fail "private names that nobody wants"
nm -D --defined-only "$lib/libtapedeck-schema.so" | grep -c ' [^A] ' |
    grep -qx "$(cat schema private | wc -l)" || fail "other names in libtapedeck-schema.so"
nm -D --defined-only "$lib/libtapedeck.so" | grep -c ' [^A] ' |
    grep -qx "$(wc -l <rest)" || fail "other names in libtapedeck.so"
globals() { nm -g --defined-only "$lib/$1" | awk 'NF == 3 { print $3 }' | sort; }
globals libtapedeck.a | diff -u rest - || fail "names of libtapedeck.a"
sort schema private >both
globals libtapedeck-schema.a | diff -u both - || fail "names of libtapedeck-schema.a"

# --- sonames and versions ---
version=$(pkg-config --modversion tapedeck)
[ "$(pkg-config --modversion tapedeck-schema)" = "$version" ] || fail "two versions"
for name in tapedeck tapedeck-schema; do
    [ -f "$lib/lib$name.so.$version" ] || fail "no lib$name.so.$version"
    readelf -d "$lib/lib$name.so" | grep -qF "soname: [lib$name.so.${version%.*}]" ||
        fail "soname of lib$name.so"
done

# --- both in one program, in either order, static and shared ---
cp "$here/example.c" .
for way in shared static; do
    for order in "tapedeck tapedeck-schema" "tapedeck-schema tapedeck"; do
        compile_$way example "$order"
        [ "$(./example x.tape)" = "1500 ns: 1.10
valid
/price: expected a multiple of 0.01, found 1.105" ] || fail "example, $way, $order"
    done
done

# --- the programs of docs/library.md, which name themselves in their first line ---
awk '/^```c$/ { on = 1; name = ""; next }
    /^```$/ { on = 0 }
    on { if (name == "") name = $2; print > name }' "$source/docs/library.md"
lines='{"price":1.10}
not json
{"price":1.105}'
echo '{"required":["price"],"properties":{"price":{"multipleOf":0.01}}}' >price.json
for way in shared static; do
    for name in read write serve; do
        compile_$way $name tapedeck
    done
    compile_$way judge tapedeck-schema
    ldd judge | grep -q libssl && fail "judge needs OpenSSL"

    rm -f x.tape
    echo "$lines" | ./write x.tape || fail "write, $way"
    [ "$(./read x.tape | sed 's/+[0-9]* ms/T/')" = "$(echo "$lines" |
        awk '{ print NR " T out " $0 }')" ] || fail "read, $way"
    head -c -40 x.tape >torn.tape
    status=0; ./read torn.tape >/dev/null 2>err || status=$?
    [ $status = 3 ] || fail "read of a torn tape, $way: $status"
    status=0; echo x | ./write x.tape 2>err || status=$?
    [ $status = 4 ] || fail "write over a tape, $way: $status"
    grep -q x.tape err || fail "write does not say which tape, $way"

    status=0; echo "$lines" | ./judge price.json >out || status=$?
    [ $status = 1 ] || fail "judge, $way: $status"
    [ "$(cut -c1-31 out)" = 'valid
not JSON: byte 0x6f is not vali
not valid
  at "/price": expected a multi' ] || { cat out; fail "judge, $way"; }

    python3 "$here/consume.py" ./serve x.tape >out || fail "serve, $way"
    [ "$(cat out)" = "$lines" ] || { cat out; fail "serve, $way"; }
done
echo "the libraries are as docs/library.md says"
