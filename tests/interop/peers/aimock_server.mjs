// A model server: @copilotkit/aimock. The prompt says what it does.
import { LLMock } from '@copilotkit/aimock'
import { say } from './stream.mjs'

const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 4, logLevel: 'silent' })
const text = { content: 'Hello, wide world' }

mock.onMessage('plain', text)
mock.onMessage('tools', { toolCalls: [{ name: 'add', arguments: '{"a":1,"b":[2,3]}' }] })
mock.onMessage('counted', { ...text, usage: { prompt_tokens: 9, completion_tokens: 4 } })
mock.onMessage('limited', { error: { message: 'slow down', type: 'rate_limit_error' }, status: 429, retryAfter: 7 })
mock.onMessage('busy', { error: { message: 'overloaded', type: 'server_error' }, status: 503 })
mock.onMessage('malformed', text, { chaos: { malformedRate: 1 } })
mock.onMessage('disconnect', text, { chaos: { disconnectRate: 1 } })
mock.onMessage('half', text, { truncateAfterChunks: 2 })
mock.onMessage('slow', text, { latency: 100 })
mock.onMessage('stuck', text, { latency: 60000 })
mock.onMessage('filtered', { ...text, finishReason: 'content_filter' })
mock.onMessage('too long', { ...text, finishReason: 'length' })
await mock.start()
say({ port: Number(new URL(mock.url).port) })
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
