// stream=FILE [transports=polling,websocket] [path=/engine.io/]
// [stay=1] [silent=1]: an Engine.IO server without Socket.IO on top; echoes what
// comes after the stream, unless it is silent.
import { Server } from 'engine.io'
import { httpServer, listen, messages, options, rawFromWire, rawToWire, say } from './stream.mjs'

const http = httpServer()
const engine = new Server({
  transports: (options.transports ?? 'polling,websocket').split(','),
  maxHttpBufferSize: 2 ** 27
})
engine.attach(http, { path: options.path ?? '/engine.io/' })
engine.on('connection', (socket) => {
  say({ open: socket.id, transport: socket.transport.name })
  socket.on('upgrade', (transport) => say({ upgrade: transport.name }))
  socket.on('message', (data) => {
    const isBinary = typeof data !== 'string'
    say({ got: rawFromWire(data, isBinary) })
    if (!options.silent) socket.send(data)
  })
  socket.on('close', (reason) => say({ close: reason }))
  for (const message of messages) socket.send(rawToWire(message))
  if (!options.stay) socket.close()
})
listen(http)
