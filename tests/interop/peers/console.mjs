// url=URL [session=S] [from=N] [token=T] [extras=1] [live=1] [transports=polling,websocket]
// [back=1]: a console as the official client makes one. Each line of stdin,
// {"event":..,"data":..}, is emitted, and its ack said as {"ack":..}; each event
// that comes is said as {"got":TYPE,"seq":N,"data":..}. With `back` it connects
// again by itself, and names the last event that it has; {"cut":true} cuts it off.
import { createInterface } from 'node:readline'
import { io } from 'socket.io-client'
import { end, options, say } from './stream.mjs'

const auth = { session_id: options.session ?? '' }
if (options.token) auth.token = options.token
if (options.extras) auth.extras = true
if (options.live) auth.live = true
if (options.from) auth.resume_from = Number(options.from)
let last = 0
const socket = io(options.url, {
  transports: (options.transports ?? 'polling,websocket').split(','),
  reconnection: Boolean(options.back),
  reconnectionDelay: 20,
  reconnectionDelayMax: 100,
  forceNew: true,
  auth: (tell) => tell(last > 0 ? { ...auth, resume_from: last } : auth)
})
const lost = () => { if (!options.back) end() }

socket.on('connect', () => say({ open: socket.id }))
socket.onAny((type, envelope) => {
  last = envelope.data.seq ?? last
  say({ got: type, seq: envelope.data.seq, sub: envelope.data.sub, same: envelope.type === type, data: envelope.data, envelope })
})
socket.on('connect_error', (error) => { say({ error: error.message }); lost() })
socket.on('disconnect', (reason) => { say({ close: reason }); lost() })
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line)
  if (message.cut) {
    socket.io.engine.close()
    return
  }
  socket.emit(message.event, message.data, (answer) => say({ ack: answer }))
})
