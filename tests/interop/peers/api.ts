// A client of docs/openapi.json, whose types openapi-typescript has made
// (./schema.d.ts): runs a plan, waits for its end, fetches what it made.
import createClient from 'openapi-fetch'
import type { paths } from './schema'

declare const process: { argv: string[] }
const client = createClient<paths>({ baseUrl: process.argv[2]! })
const say = (value: object) => console.log(JSON.stringify(value))

const begun = await client.POST('/api/executions', { body: { plan: 'plan.yaml' } })
if (!begun.data) throw new Error(JSON.stringify(begun.error))
const id: string = begun.data.execution_id
const path = { id }

let state: 'running' | 'ended' | 'suspended' = begun.data.state
while (state === 'running') {
  const now = await client.GET('/api/executions/{id}', { params: { path } })
  if (!now.data) throw new Error('it is gone')
  state = now.data.state
}
const tasks = await client.GET('/api/executions/{id}/tasks', { params: { path } })
const made = await client.GET('/api/executions/{id}/artifacts', { params: { path } })
const first = made.data!.artifacts[0]!
const file = await client.GET('/api/executions/{id}/artifacts/{artifact}',
  { params: { path: { id, artifact: first.file_path } }, parseAs: 'text' })
const again = await client.POST('/api/executions/{id}/{order}',
  { params: { path: { id, order: 'cancel' } }, body: {} })
say({
  state,
  tasks: tasks.data!.map((task) => task.state),
  made: first.file_path,
  text: file.data,
  refused: again.response.status,
  why: again.error?.error
})
