// version=1|2 [size=N] [skip=TASK]: a builder on the official Socket.IO server. Each
// client hears of one build, with ids and times of its own, and is disconnected.
// Version 2 names the size of a file otherwise, has durations as text, and tells of
// caches. size: of the file of task 7; skip: a task that nobody hears of.
import { Server } from 'socket.io'
import { randomUUID } from 'node:crypto'
import { httpServer, listen, options } from './stream.mjs'

const TASKS = 12
const version = Number(options.version ?? 1)
const http = httpServer()
const io = new Server(http)

function build (socket) {
  const id = randomUUID()
  const tell = (event, data) => socket.emit(event, {
    type: event, timestamp: new Date().toISOString(), data: { execution_id: id, ...data }
  })
  tell('execution_started', { total_tasks: TASKS })
  for (let n = 1; n <= TASKS; n++) {
    const size = n === 7 && options.size ? Number(options.size) : 1000 + n * 10
    tell('artifact_created', version === 1
      ? { path: `src/f${n}.c`, size }
      : { path: `src/f${n}.c`, size_bytes: size })
    if (String(n) === options.skip) continue
    tell('progress_update', {
      task_id: `task-${n}`,
      completed: n,
      took: version === 1 ? Math.random() * 10 : `${Math.ceil(Math.random() * 10)}ms`
    })
    if (version > 1 && n % 4 === 0) tell('cache_used', { entries: n })
  }
  tell('execution_completed', { completed: TASKS })
  socket.disconnect(true)
}

io.on('connection', build)
listen(http)
