import type { Command } from 'commander'
import { type CommonOptions, calendarDay, commaList, inPath, serverFor, show, talking } from './common.ts'
import { CliFailure } from './failure.ts'
import { follow } from './follow.ts'

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
      const job = await follow(server, queued.job_id, 'days', options.json === true)
      show(options, { ...queued, ...job }, `${range}: ${job.state}`)
      if (job.state === 'cancelled') throw new CliFailure('The backfill was stopped; what had come by then stays.')
      if (job.state !== 'done')
        throw new CliFailure(`The backfill is ${job.state}: ${job.last_error ?? 'no reason given'}`)
    })
}
