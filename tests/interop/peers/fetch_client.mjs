// url=URL [count=N]: asks N times over kept connections, one request with a
// body, one streamed, one packed; says what comes.
import http from 'node:http'
import { end, options, say } from './stream.mjs'

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

function ask (n) {
  return new Promise((resolve, reject) => {
    const body = 'x'.repeat(n * 1000)
    const request = http.request(options.url + '/echo?n=' + n, { method: 'POST', agent },
      (response) => {
        let length = 0
        response.on('data', (piece) => { length += piece.length })
        response.on('end', () => resolve({ n, status: response.statusCode, length }))
      })
    request.on('error', reject)
    request.write(body.slice(0, 10)) // chunked, as the length is not said
    request.end(body.slice(10))
  })
}

for (let n = 0; n < Number(options.count ?? 20); n++) say({ got: await ask(n) })
const all = await Promise.all([1, 2, 3, 4, 5].map(async (n) => {
  const answer = await fetch(options.url + '/echo?n=' + n, { method: 'PUT', body: 'y'.repeat(n) })
  return { status: answer.status, text: await answer.text() }
}))
say({ got: all })
const packed = await fetch(options.url + '/packed')
say({ got: { encoding: packed.headers.get('content-encoding'), text: await packed.text() } })
const streamed = await fetch(options.url + '/lines')
let text = ''
for await (const piece of streamed.body) text += Buffer.from(piece).toString()
say({ got: { text } })
agent.destroy()
end()
