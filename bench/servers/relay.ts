// What a gateway without a memory costs: parse, write anew, acknowledge, post. A crash loses what it holds.
import { serveContestant } from '../lib/contestant.ts'
import { serveEvents } from './http-in.ts'
import { postOut } from './post-out.ts'

const post = postOut(process.env.BENCH_SINKS!)
const { url, server } = await serveEvents(async ({ id, event }) => {
  void post(id, JSON.stringify(event)).catch((error) => console.error(error))
})
serveContestant(url, async () => {
  server.closeAllConnections()
  server.close()
})
