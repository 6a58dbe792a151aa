// The messages that peers send, read from the file that the test wrote, and the
// lines in which they say what they see. One JSON object a line on stdout:
//   {"port":4711}                  a server is ready
//   {"open":ID} {"close":ID,...}   somebody came or went
//   {"got":...}                    a message came
// A message in the file is {"text":"..."} or {"b64":"..."} for WebSocket and
// Engine.IO, {"event":"name","args":[...]} for Socket.IO, where
// {"$b64":"..."} stands for bytes, {"id":..,"event":..,"data":..} for SSE.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecure } from 'node:https'

export const say = (object) => process.stdout.write(JSON.stringify(object) + '\n')

// Command line: NAME=VALUE words.
export const options = Object.fromEntries(
  process.argv.slice(2).map((word) => {
    const at = word.indexOf('=')
    return [word.slice(0, at), word.slice(at + 1)]
  }))

export const messages = options.stream
  ? JSON.parse(readFileSync(options.stream, 'utf8')) : []

const isBytes = (value) => Buffer.isBuffer(value) ||
  value instanceof ArrayBuffer || ArrayBuffer.isView(value)

// {"$b64":...} -> Buffer, all the way down.
export function toWire (value) {
  if (Array.isArray(value)) return value.map(toWire)
  if (value === null || typeof value !== 'object') return value
  if (typeof value.$b64 === 'string') return Buffer.from(value.$b64, 'base64')
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, toWire(inner)]))
}

// And back.
export function fromWire (value) {
  if (isBytes(value)) return { $b64: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(fromWire)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, fromWire(inner)]))
}

// The field of a request that bears bearer=TOKEN.
export const bearing = () => options.bearer
  ? { Authorization: `Bearer ${options.bearer}` } : {}

// A WebSocket or Engine.IO message.
export const rawToWire = (message) => 'b64' in message
  ? Buffer.from(message.b64, 'base64') : message.text
// (Engine.IO's client leaves the data of an empty text out.)
export const rawFromWire = (data, isBinary) => isBinary
  ? { b64: Buffer.from(data).toString('base64') } : { text: (data ?? '').toString() }

// A web server, with TLS if there are cert=PEM and key=PEM; and the port that it
// got, or port=N at host=ADDRESS.
export const httpServer = (handler) => options.cert
  ? createSecure({ cert: readFileSync(options.cert), key: readFileSync(options.key) }, handler)
  : createServer(handler)
export const listen = (http) =>
  http.listen(Number(options.port ?? 0), options.host ?? '127.0.0.1',
    () => say({ port: http.address().port }))

// End when all has been said: exit() alone may cut the last lines.
export const end = () => process.stdout.write('', () => process.exit(0))

// Peers end when the test closes their stdin, so that none is left behind.
process.stdin.on('end', end)
process.stdin.resume()
