// stream=FILE [stay=1] [cut=N]: server-sent events from node's own http. With a
// Last-Event-ID it goes on behind that message; cut=N ends the first answer
// after N messages, so that a client must resume.
import { httpServer, listen, messages, options, say } from './stream.mjs'

let answers = 0

function text (message) {
  let lines = ''
  if (message.comment !== undefined) lines += `: ${message.comment}\n`
  if (message.retry !== undefined) lines += `retry: ${message.retry}\n`
  if (message.event !== undefined) lines += `event: ${message.event}\n`
  if (message.id !== undefined) lines += `id: ${message.id}\n`
  for (const line of (message.data ?? '').split('\n')) lines += `data: ${line}\n`
  return lines + '\n'
}

const http = httpServer((request, response) => {
  const last = request.headers['last-event-id']
  const from = messages.findIndex((message) => String(message.id) === last) + 1
  const to = options.cut && answers === 0 ? Number(options.cut) : messages.length
  answers++
  say({ open: request.url, last: last ?? null, headers: request.headers })
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  for (const message of messages.slice(from, to)) response.write(text(message))
  response.on('close', () => say({ close: request.url }))
  if (!options.stay || to < messages.length) response.end()
})
listen(http)
