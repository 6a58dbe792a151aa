# The first gates of every kind of project.
draft() {
    mkdir -p p
    printf '%b' "$2" > "p/$1"
    echo "--- $1: $2"
    "$TAPEDECK" gates init p -o - | sed 1,3d
    rm -r p
}
npm() { draft package.json "{\"scripts\":{\"test\":\"$1\"},\"devDependencies\":{$2}}"; }
draft CMakeLists.txt 'enable_testing()\n'
draft CMakeLists.txt ''
draft meson.build ''
draft Makefile 'all:\n\ntest:\n'
draft Makefile 'all:\n\ncheck:\n'
draft GNUmakefile 'test:\n\t@true\n'
draft Makefile '# not a target: test:\nall:\n'
npm 'node --test' ''
npm 'node --test' '"c8":"10","eslint":"9"'
npm x '"jest":"1"'
npm x '"vitest":"1"'
npm x '"vitest":"1","@vitest/coverage-v8":"1"'
npm x '"mocha":"1"'
npm x ''
draft package.json '{}'
draft Cargo.toml ''
draft go.mod ''
draft pyproject.toml ''
draft pyproject.toml 'pytest-cov\n[tool.ruff]\n'
for import in unittest pytest; do
    mkdir -p p/tests
    touch p/pyproject.toml
    printf 'import %s\nclass A(unittest.TestCase): pass\n' "$import" > p/tests/test_a.py
    echo "--- unittest, and $import"
    "$TAPEDECK" gates init p -o - | grep run:
    rm -r p
done
mkdir p
touch p/go.mod
for version in 1 2; do
    echo "version: \"$version\"" > p/.golangci.yml
    "$TAPEDECK" gates init p -o - | grep golangci-lint
done
