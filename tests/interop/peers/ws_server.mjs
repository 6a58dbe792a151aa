// stream=FILE [code=1000] [echo=1] [half=1]: sends the stream to each client, then
// closes (code=0: stays open; half=1: ends the connection within a frame).
import { WebSocketServer } from 'ws'
import { httpServer, listen, messages, options, rawFromWire, rawToWire, say } from './stream.mjs'

const http = httpServer()
const server = new WebSocketServer({ server: http, maxPayload: 2 ** 30 })
listen(http)
server.on('connection', (socket, request) => {
  say({ open: request.url, headers: request.headers })
  socket.on('message', (data, isBinary) => {
    say({ got: rawFromWire(data, isBinary) })
    if (options.echo) socket.send(data, { binary: isBinary })
  })
  socket.on('ping', (data) => say({ ping: data.toString() }))
  socket.on('pong', (data) => say({ pong: data.toString() }))
  socket.on('close', (code, reason) => say({ close: code, reason: reason.toString() }))
  for (const message of messages) {
    if (message.ping !== undefined) socket.ping(message.ping)
    else socket.send(rawToWire(message))
  }
  if (options.half) { // the head of a text of 100 bytes, and five of them
    socket._socket.end(Buffer.concat([Buffer.from([0x81, 100]), Buffer.from('lost!')]))
    return
  }
  const code = Number(options.code ?? 1000)
  if (code) socket.close(code, 'done')
})
