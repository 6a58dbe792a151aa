// usage: schemas.mjs genson-js|quicktype GOOD... -- FILE...: a schema of each event
// from the good runs, as one makes it with the package, and how many of the files
// Ajv refuses a message of: {"refused":N}. quicktype infers maps, enums, formats and
// integers as its command line does by default.
import { readFileSync } from 'node:fs'
import genson from 'genson-js'
import { InputData, JSONSchemaTargetLanguage, jsonInputForTargetLanguage, quicktype } from 'quicktype-core'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'

const how = process.argv[2]
const words = process.argv.slice(3)
const at = words.indexOf('--')
const read = (path) => readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))

const makers = {
  'genson-js': async (list) => genson.mergeSchemas(list.map((data) => genson.createSchema(data))),
  quicktype: async (list) => {
    const lang = new JSONSchemaTargetLanguage()
    const json = jsonInputForTargetLanguage(lang)
    await json.addSource({ name: 'Event', samples: list.map((data) => JSON.stringify(data)) })
    const inputData = new InputData()
    inputData.addInput(json)
    return JSON.parse((await quicktype({ inputData, lang })).lines.join('\n'))
  }
}

const events = new Map()
for (const message of words.slice(0, at).flatMap(read)) {
  if (!events.has(message.type)) events.set(message.type, [])
  events.get(message.type).push(message.data ?? {})
}
const fits = new Map()
for (const [type, list] of events) {
  const ajv = new Ajv({ strict: false })
  addFormats(ajv)
  ajv.addFormat('integer', /^-?[0-9]+$/) // quicktype has formats of its own
  ajv.addFormat('boolean', /^(true|false)$/)
  // quicktype says draft 6, which Ajv knows only by its metaschema.
  const { $schema, ...schema } = await makers[how](list)
  fits.set(type, ajv.compile(schema))
}
const refused = words.slice(at + 1).filter((path) =>
  read(path).some((message) => !fits.has(message.type) || !fits.get(message.type)(message.data ?? {})))
console.log(JSON.stringify({ refused: refused.length }))
