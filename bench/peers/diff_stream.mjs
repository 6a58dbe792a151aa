// usage: diff_stream.mjs json-diff|jsondiffpatch A B: compare two files of JSON
// lines as arrays, as one writes it with the package; {"seconds":S,"equal":BOOL}.
import { readFileSync } from 'node:fs'
import { diff as jsonDiff } from 'json-diff'
import * as jsondiffpatch from 'jsondiffpatch'

const [how, a, b] = process.argv.slice(2)
const start = process.hrtime.bigint()
const read = (path) => readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
const one = read(a)
const two = read(b)
const delta = how === 'json-diff'
  ? jsonDiff(one, two)
  : jsondiffpatch.create({ objectHash: (object) => JSON.stringify(object) }).diff(one, two)
console.log(JSON.stringify({
  seconds: Number(process.hrtime.bigint() - start) / 1e9,
  equal: delta === undefined
}))
