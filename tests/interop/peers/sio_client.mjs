// url=URL [nsp=/] [transports=polling,websocket] [stream=FILE] [token=T] [ack=1]
// [reconnect=1] [leave=1] [origin=ORIGIN] [bearer=TOKEN]
// [query=NAME=VALUE]: says what comes and answers what asks for it, with
// leave=1 leaves after the first event; sends the stream, with ack=1 asking for
// an acknowledgement of each event.
import { io } from 'socket.io-client'
import { bearing, end, fromWire, messages, options, say, toWire } from './stream.mjs'

const socket = io(options.url + (options.nsp ?? '/'), {
  transports: (options.transports ?? 'polling,websocket').split(','),
  reconnection: Boolean(options.reconnect),
  reconnectionDelay: 50,
  forceNew: true,
  query: options.query && Object.fromEntries([options.query.split('=')]),
  extraHeaders: {
    ...bearing(), ...(options.origin && { Origin: options.origin })
  },
  auth: options.token ? { token: options.token } : undefined
})

async function emit (message) {
  const args = toWire(message.args ?? [])
  if (!options.ack) return socket.emit(message.event, ...args)
  const answer = await new Promise((resolve) =>
    socket.emit(message.event, ...args, (...values) => resolve(values)))
  say({ ack: message.event, args: fromWire(answer) })
}

socket.on('connect', async () => {
  say({ open: socket.id, transport: socket.io.engine.transport.name })
  socket.io.engine.on('upgrade', (transport) => say({ upgrade: transport.name }))
  for (const message of messages) await emit(message)
})
socket.onAny((event, ...args) => {
  const answer = args.at(-1)
  if (typeof answer === 'function') answer('seen', ...args.slice(0, -1))
  say({ got: { event, args: fromWire(args.filter((arg) => typeof arg !== 'function')) } })
  if (options.leave) socket.disconnect()
})
socket.on('connect_error', (error) => {
  say({ error: error.message, data: error.data })
  if (!socket.active) end()
})
socket.on('disconnect', (reason) => {
  say({ close: reason })
  if (!socket.active) end()
})
