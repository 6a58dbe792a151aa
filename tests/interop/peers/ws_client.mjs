// url=URL [stream=FILE] [origin=ORIGIN] [bearer=TOKEN]: says what comes, sends the stream.
import WebSocket from 'ws'
import { bearing, end, messages, options, rawFromWire, rawToWire, say } from './stream.mjs'

const socket = new WebSocket(options.url, {
  maxPayload: 2 ** 30, origin: options.origin, headers: bearing()
})
socket.on('open', () => {
  say({ open: options.url })
  for (const message of messages) socket.send(rawToWire(message))
})
socket.on('message', (data, isBinary) => say({ got: rawFromWire(data, isBinary) }))
socket.on('error', (error) => say({ error: error.message }))
socket.on('close', (code, reason) => {
  say({ close: code, reason: reason.toString() })
  end()
})
