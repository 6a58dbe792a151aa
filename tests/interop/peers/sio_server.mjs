// stream=FILE [nsp=/,/other] [transports=polling,websocket] [token=T] [ack=1]
// [stay=1] [pingInterval=MS] [leave=1] [half=1]: sends the stream to each client of
// the namespaces, with ack=1 asking for an acknowledgement of each event, then
// disconnects it: with its transport, or with leave=1 from the namespace only.
// half=1 ends the transport behind the first half of an event.
import { Server } from 'socket.io'
import { fromWire, httpServer, listen, messages, options, say, toWire } from './stream.mjs'

const http = httpServer()
const io = new Server(http, {
  transports: (options.transports ?? 'polling,websocket').split(','),
  pingInterval: Number(options.pingInterval ?? 25000),
  maxHttpBufferSize: 2 ** 27
})
const transport = (socket) => socket.conn.transport.name

function guard (socket, next) {
  if (!options.token || socket.handshake.auth.token === options.token) return next()
  const error = new Error('not allowed')
  error.data = { need: 'token' }
  next(error)
}

async function emit (socket, message) {
  const args = toWire(message.args ?? [])
  if (!options.ack) return socket.emit(message.event, ...args)
  const answer = await new Promise((resolve) =>
    socket.emit(message.event, ...args, (...values) => resolve(values)))
  say({ ack: message.event, args: fromWire(answer) })
}

// An event with an attachment that never comes, and half a frame behind it.
function breakOff (socket) {
  const raw = socket.conn.transport.socket
  raw.send('451-["half",{"_placeholder":true,"num":0}]')
  raw._socket.end(Buffer.from([0x82, 100, 1, 2, 3]))
}

async function play (socket) {
  say({ open: socket.nsp.name, transport: transport(socket), auth: socket.handshake.auth })
  socket.conn.on('upgrade', () => say({ upgrade: transport(socket) }))
  socket.onAny((event, ...args) => {
    const answer = args.at(-1)
    if (typeof answer === 'function') {
      answer('seen', ...args.slice(0, -1))
      say({ answered: event })
    }
    say({ got: { event, args: fromWire(args.filter((arg) => typeof arg !== 'function')) } })
  })
  socket.on('disconnect', (reason) => say({ close: reason }))
  for (const message of messages) await emit(socket, message)
  if (options.half) breakOff(socket)
  else if (!options.stay) socket.disconnect(!options.leave)
}

for (const name of (options.nsp ?? '/').split(',')) {
  io.of(name).use(guard).on('connection', play)
}
listen(http)
