// url=URL [events=a,b] [count=N] [origin=ORIGIN] [bearer=TOKEN]: the eventsource package; ends after N events.
import { EventSource } from 'eventsource'
import { bearing, end, options, say } from './stream.mjs'

const source = new EventSource(options.url, {
  fetch: (url, init) => fetch(url, {
    ...init,
    headers: {
      ...init.headers,
      ...bearing(),
      ...(options.origin && { Origin: options.origin })
    }
  })
})
let left = Number(options.count ?? Infinity)

const got = (event) => {
  say({ got: { event: event.type, id: event.lastEventId, data: event.data } })
  if (--left === 0) {
    source.close()
    end()
  }
}
source.onopen = () => say({ open: options.url })
source.onerror = (error) => say({ error: error.message ?? null, code: error.code ?? null })
for (const name of ['message', ...(options.events ?? '').split(',').filter(Boolean)]) {
  source.addEventListener(name, got)
}
