import type { Command } from 'commander'
import { type CommonOptions, serverFor, show, talking } from './common.ts'
import { CliFailure } from './failure.ts'
import { follow } from './follow.ts'

interface RenormalizeOptions extends CommonOptions {
  provider?: string
  user?: string
  kind?: string
  dryRun?: boolean
  wait: boolean
}

export function addRenormalize(command: Command): void {
  talking(command)
    .option('--provider <PROVIDER>', 'only connections of this source')
    .option('--user <user_id>', 'only this connection')
    .option('--kind <kind>', "only pages of this kind, by the provider's own name: see loam map PROVIDER --kinds")
    .option('--dry-run', 'count what would change; change and send nothing')
    .option('--no-wait', 'queue it and return')
    .addHelpText('after', '\nStopping this command does not stop the job: loam events shows what it sends.')
    .action(async (options: RenormalizeOptions) => {
      const server = serverFor(options)
      const queued = (await server.send('POST', '/renormalize', {
        provider: options.provider,
        user_id: options.user,
        kind: options.kind,
        dry_run: options.dryRun === true,
      })) as { job_id: string }
      if (!options.wait) return show(options, queued, `Queued as job ${queued.job_id}.`)
      const job = await follow(server, queued.job_id, 'connections', options.json === true)
      const { done = 0, changed = 0, removed = 0 } = job.progress ?? {}
      const would = options.dryRun === true ? 'would be' : 'are'
      const said = `${done} connections looked through: ${changed} records ${would} different, ${removed} ${would} gone.`
      show(options, { ...queued, ...job }, said)
      if (job.state !== 'done') throw new CliFailure(`The job is ${job.state}: ${job.last_error ?? 'no reason given'}`)
    })
}
