import type { Command } from 'commander'
import { type CommonOptions, serverFor, show, talking } from './common.ts'
import { CliFailure } from './failure.ts'

interface Job {
  id: string
  state: string
  progress: { done: number; total: number } | null
  last_error: string | null
}

const LOOK_EVERY_MS = 500

export function addBackfill(program: Command): void {
  talking(
    program
      .command('backfill <user_id>')
      .description('Ask the provider for history; events follow for what is new or different.')
      .requiredOption('--from <YYYY-MM-DD>')
      .requiredOption('--to <YYYY-MM-DD>'),
  ).action(async (userId: string, options: CommonOptions & { from: string; to: string }) => {
    const server = serverFor(options)
    let job = (await server.send('POST', `/users/${encodeURIComponent(userId)}/backfill`, {
      start_date: options.from,
      end_date: options.to,
    })) as Job
    const live = process.stdout.isTTY && options.json !== true
    while (job.state === 'pending' || job.state === 'running') {
      if (live) process.stdout.write(`\r${bar(job)}`)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      job = (await server.get(`/jobs/${job.id}`)) as Job
    }
    if (live) process.stdout.write('\n')
    show(options, job, `${job.state}: ${job.progress?.done ?? 0} of ${job.progress?.total ?? 0} days`)
    if (job.state !== 'done') throw new CliFailure(job.last_error ?? `the backfill ended as ${job.state}`)
  })
}

function bar(job: Job): string {
  const { done, total } = job.progress ?? { done: 0, total: 1 }
  const filled = Math.round((done / Math.max(1, total)) * 30)
  return `${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${done} of ${total} days${job.last_error === null ? '' : ` (${job.last_error})`}`
}
