import type { Command } from 'commander'
import { type CommonOptions, serverFor, show, talking } from './common.ts'

interface GenerateOptions extends CommonOptions {
  provider?: string
  person?: string
  day?: string
  count: string
  user?: string
  send?: boolean
}

export function addGenerate(program: Command): void {
  talking(
    program
      .command('generate <type>')
      .description('A plausible event of any data type: shown, or sent to the destinations.')
      .option('--provider <PROVIDER>', 'whose data it looks like')
      .option('--person <name>', 'seed: the same person gives the same data')
      .option('--day <YYYY-MM-DD>')
      .option('--count <n>', 'records, on consecutive days', '1')
      .option('--user <user_id>', 'about this connection')
      .option('--send', 'deliver it'),
  ).action(async (type: string, options: GenerateOptions) => {
    const result = (await serverFor(options).send('POST', '/generate', {
      type,
      provider: options.provider,
      person: options.person,
      day: options.day,
      count: Number(options.count),
      user_id: options.user,
      send: options.send === true,
    })) as { event: unknown; event_id: string | null; delivery_ids: string[] }
    const sent =
      result.event_id === null ? '' : `\nSent as ${result.event_id} to ${result.delivery_ids.length} destinations.`
    show(options, result, `${JSON.stringify(result.event, null, 2)}${sent}`)
  })
}
