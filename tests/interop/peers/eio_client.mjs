// url=URL [path=/engine.io/] [transports=polling,websocket] [stream=FILE]
import { Socket } from 'engine.io-client'
import { end, messages, options, rawFromWire, rawToWire, say } from './stream.mjs'

const socket = new Socket(options.url, {
  path: options.path ?? '/engine.io/',
  transports: (options.transports ?? 'polling,websocket').split(',')
})
socket.binaryType = 'nodebuffer'
socket.on('open', () => {
  say({ open: socket.id, transport: socket.transport.name })
  for (const message of messages) socket.send(rawToWire(message))
})
socket.on('upgrade', (transport) => say({ upgrade: transport.name }))
socket.on('message', (data) => say({ got: rawFromWire(data, Buffer.isBuffer(data)) }))
socket.on('error', (error) => say({ error: error.message }))
socket.on('close', (reason) => {
  say({ close: reason })
  end()
})
