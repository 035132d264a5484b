import type { Command } from 'commander'
import { calendarDay, type CommonOptions, serverFor, show, talking, wholeNumber } from './common.ts'

interface GenerateOptions extends CommonOptions {
  provider?: string
  person?: string
  day?: string
  count: number
  user?: string
  referenceId?: string
  destination?: string
  send?: boolean
}

interface Generated {
  event: unknown
  event_id: string | null
  delivery_ids: string[]
}

export function addGenerate(command: Command): void {
  talking(command)
    .argument('<type>', 'data type: sleep, daily, activity, body …')
    .option('--provider <PROVIDER>', 'whose data it looks like')
    .option('--person <name>', 'seed: the same person gives the same data, on every machine')
    .option('--day <day>', 'last day, YYYY-MM-DD; default: yesterday', calendarDay)
    .option('--count <n>', 'records, on consecutive days', wholeNumber(1, 31), 1)
    .option('--user <user_id>', 'about this connection; default: someone made up')
    .option('--reference-id <id>', 'of the person made up')
    .option('--send', 'deliver it: to every destination that wants it')
    .option('--destination <id>', 'with --send: only there')
    .action(async (type: string, options: GenerateOptions) => {
      const result = (await serverFor(options).send('POST', '/generate', {
        type,
        provider: options.provider,
        person: options.person,
        day: options.day,
        count: options.count,
        user_id: options.user,
        reference_id: options.referenceId,
        destination_id: options.destination,
        send: options.send === true,
      })) as Generated
      const count = result.delivery_ids.length
      const sent = `Sent as ${result.event_id} to ${count} ${count === 1 ? 'destination' : 'destinations'}.`
      show(options, result, result.event_id === null ? JSON.stringify(result.event, null, 2) : sent)
    })
}
