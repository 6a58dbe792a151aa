// A model server: @dwmkerr/mock-llm, which streams without usage.
import { createServer } from '@dwmkerr/mock-llm/dist/server.js'
import { say } from './stream.mjs'

const path = '/v1/chat/completions'
const rule = (word, status, body) => ({
  path,
  match: `contains(body.messages[-1].content, '${word}')`,
  response: { status, content: JSON.stringify(body) }
})
const answer = (content) => ({
  id: 'c1', object: 'chat.completion', model: '{{jmes request body.model}}',
  choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }]
})
const config = {
  streaming: { chunkSize: 5, chunkIntervalMs: 20 },
  rules: [
    rule('plain', 200, answer('Hello, wide world')),
    rule('echo', 200, answer('{{jmes request body.messages[-1].content}}')),
    rule('key', 200, answer('{{jmes request headers.authorization}}')),
    rule('failing', 500, { error: { message: 'it broke', type: 'server_error' } })
  ]
}
const server = createServer(config, '127.0.0.1', 0).listen(0, '127.0.0.1', () =>
  say({ port: server.address().port }))
