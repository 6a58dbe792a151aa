// url=URL [session=S] [from=N] [token=T] [extras=1] [live=1] [transports=polling,websocket]: a
// console as the official client makes one. Each line of stdin,
// {"event":..,"data":..}, is emitted, and its ack said as {"ack":..}; each event
// that comes is said as {"got":TYPE,"seq":N,"data":..}.
import { createInterface } from 'node:readline'
import { io } from 'socket.io-client'
import { end, options, say } from './stream.mjs'

const auth = { session_id: options.session ?? '' }
if (options.token) auth.token = options.token
if (options.extras) auth.extras = true
if (options.live) auth.live = true
if (options.from) auth.resume_from = Number(options.from)
const socket = io(options.url, {
  transports: (options.transports ?? 'polling,websocket').split(','),
  reconnection: false,
  forceNew: true,
  auth
})

socket.on('connect', () => say({ open: socket.id }))
socket.onAny((type, envelope) => say(
  { got: type, seq: envelope.data.seq, sub: envelope.data.sub, same: envelope.type === type, data: envelope.data, envelope }))
socket.on('connect_error', (error) => { say({ error: error.message }); end() })
socket.on('disconnect', (reason) => { say({ close: reason }); end() })
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line)
  socket.emit(message.event, message.data, (answer) => say({ ack: answer }))
})
