// The usual way to build this: a job in BullMQ on Redis that fsyncs every command, a worker that posts it.
import { Queue, Worker } from 'bullmq'
import { serveContestant } from '../lib/contestant.ts'
import { serveEvents } from './http-in.ts'
import { postOut } from './post-out.ts'

const address = new URL(process.env.BENCH_REDIS!)
const connection = { host: address.hostname, port: Number(address.port), maxRetriesPerRequest: null }
const post = postOut(process.env.BENCH_SINKS!)
const queue = new Queue('bench', { connection })
const worker = new Worker<{ id: string; body: string }>('bench', ({ data }) => post(data.id, data.body), {
  connection,
  concurrency: 32,
  removeOnComplete: { count: 0 },
})
worker.on('error', (error) => console.error(error))
await worker.waitUntilReady()
const { url, server } = await serveEvents(({ id, event }) =>
  queue.add('event', { id, body: JSON.stringify(event) }, { removeOnComplete: true, attempts: 13 }),
)
serveContestant(url, async () => {
  server.closeAllConnections()
  server.close()
  await worker.close()
  await queue.close()
})
