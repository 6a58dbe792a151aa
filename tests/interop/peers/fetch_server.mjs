// Says its port; answers /echo with what came, /packed with gzip, /lines with
// lines of JSON one by one.
import http from 'node:http'
import zlib from 'node:zlib'
import { say } from './stream.mjs'

const server = http.createServer((request, response) => {
  if (request.url.startsWith('/packed')) {
    const br = /\bbr\b/.test(request.headers['accept-encoding'] ?? '')
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('Content-Encoding', br ? 'br' : 'gzip')
    return response.end((br ? zlib.brotliCompressSync : zlib.gzipSync)('{"packed":true}'))
  }
  if (request.url.startsWith('/lines')) {
    response.setHeader('Content-Type', 'application/x-ndjson')
    let n = 0
    const next = () => n < 5 ? response.write(`{"type":"line","n":${n++}}\n`, () => setImmediate(next)) : response.end()
    return next()
  }
  response.setHeader('Content-Type', 'application/octet-stream')
  request.pipe(response)
})
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }))
