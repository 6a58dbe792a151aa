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
npm 'nyc mocha -R spec --reporter=dot --recursive --require ./test/env test/' '"mocha":"6","nyc":"14"'
npm 'npm run mocha && cross-env NODE_ENV=test A=1 _mocha --exit' '"mocha":"6"'
npm 'mocha $MORE' '"mocha":"6"'
npm 'node --import tsx --test test/*.ts' ''
npm 'jest --watch --config \\"jest a.json\\" | tee log' '"jest":"1"'
npm 'eslint --fix --ext js,md src # all' '"eslint":"8"'
draft package.json '{"scripts":{"lint":"eslint --fix --ext js,md src","test":"vitest run --dir src"},"devDependencies":{"eslint":"8","vitest":"1"}}'
draft package.json '{"scripts":["mocha"],"devDependencies":{"mocha":"1"}}'
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
