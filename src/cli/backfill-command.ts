import type { Command } from 'commander'
import { type CommonOptions, calendarDay, commaList, inPath, serverFor, show, talking } from './common.ts'
import { CliFailure } from './failure.ts'
import { startProgress } from './progress.ts'
import type { Server } from './server.ts'

interface BackfillOptions extends CommonOptions {
  from: string
  to?: string
  types?: string[]
  wait: boolean
}

interface Queued {
  job_id: string
  start_date: string
  end_date: string
}

interface Job {
  id: string
  state: 'pending' | 'running' | 'done' | 'failed' | 'cancelled'
  progress: { done: number; total: number } | null
  last_error: string | null
}

const LOOK_EVERY_MS = 500

export function addBackfill(command: Command): void {
  talking(command)
    .argument('<user_id>', 'a connection: see loam users list')
    .requiredOption('--from <day>', 'first day, YYYY-MM-DD', calendarDay)
    .option('--to <day>', 'last day; default: today, where the person is', calendarDay)
    .option('--types <list>', 'only these data types, separated by commas', commaList)
    .option('--no-wait', 'queue it and return')
    .addHelpText('after', '\nStopping this command does not stop the backfill.')
    .action(async (userId: string, options: BackfillOptions) => {
      const server = serverFor(options)
      const queued = (await server.send('POST', `/users/${inPath(userId)}/backfill`, {
        start_date: options.from,
        end_date: options.to,
        types: options.types,
      })) as Queued
      const range = `${queued.start_date} to ${queued.end_date}`
      if (!options.wait) return show(options, queued, `Queued ${range} as job ${queued.job_id}.`)
      const job = await follow(server, queued.job_id, options.json === true)
      show(options, { ...queued, ...job }, `${range}: ${job.state}`)
      if (job.state !== 'done')
        throw new CliFailure(`The backfill is ${job.state}: ${job.last_error ?? 'no reason given'}`)
    })
}

async function follow(server: Server, id: string, quiet: boolean): Promise<Job> {
  const progress = startProgress('days', { quiet })
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
