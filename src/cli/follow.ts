// Waits for a job of the server, and shows how far it is.
import { inPath } from './common.ts'
import { startProgress } from './progress.ts'
import type { Server } from './server.ts'

export interface Job {
  id: string
  state: 'pending' | 'running' | 'done' | 'failed' | 'cancelled'
  progress: { done: number; total: number; changed?: number; removed?: number } | null
  last_error: string | null
}

const LOOK_EVERY_MS = 500

export async function follow(server: Server, id: string, what: string, quiet: boolean): Promise<Job> {
  const progress = startProgress(what, { quiet })
  for (;;) {
    const job = (await server.get(`/jobs/${inPath(id)}`)) as Job
    const note = job.last_error === null ? '' : ` (trying again: ${job.last_error})`
    if (job.progress !== null) progress.update(job.progress.done, job.progress.total, note)
    if (job.state !== 'pending' && job.state !== 'running') {
      progress.end()
      return job
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
