import { type Command, Option } from 'commander'
import {
  type CommonOptions,
  inPath,
  type Page,
  paged,
  type PageOptions,
  serverFor,
  show,
  showPage,
  talking,
  wholeNumber,
} from './common.ts'
import { DELIVERY_STATES } from './deliveries-command.ts'
import { cell, fields, shortTime, table } from './table.ts'

interface ListOptions extends PageOptions {
  type?: string
  user?: string
  referenceId?: string
  provider?: string
  state?: string
  since?: string
  until?: string
}

interface ReplayOptions extends CommonOptions {
  type?: string[]
  sentTo?: string
  user?: string
  referenceId?: string
  provider?: string
  since?: string
  until?: string
  failed?: boolean
  destination?: string
  rate?: number
  dryRun?: boolean
}

interface Event {
  body: unknown
  deliveries: Record<string, unknown>[]
  [member: string]: unknown
}

const COLUMNS = [
  { name: 'created_at', title: 'TIME (UTC)', show: shortTime },
  { name: 'id', title: 'ID' },
  { name: 'type', title: 'TYPE', cut: true as const },
  { name: 'record_count', title: 'N' },
  { name: 'reference_id', title: 'PERSON', cut: true as const, show: personOf },
]
const DELIVERY_COLUMNS = [
  { name: 'id', title: 'DELIVERY' },
  { name: 'state', title: 'STATE' },
  { name: 'last_status', title: 'STATUS' },
  { name: 'destination_name', title: 'DESTINATION', cut: true as const },
]

export function addEvents(command: Command): void {
  paged(
    command
      .command('list')
      .description('Newest first.')
      .option('--type <type>', 'only of this type')
      .option('--user <user_id>', 'only about this connection')
      .option('--reference-id <id>', 'only about this person of yours')
      .option('--provider <PROVIDER>', 'only of this source')
      .addOption(new Option('--state <state>', 'only with a delivery in this state').choices(DELIVERY_STATES))
      .option('--since <time>', 'made at or after this ISO time')
      .option('--until <time>', 'made before this ISO time'),
  ).action(async (options: ListOptions) => {
    const page = (await serverFor(options).get('/events', {
      limit: options.limit,
      cursor: options.cursor,
      type: options.type,
      user_id: options.user,
      reference_id: options.referenceId,
      provider: options.provider,
      state: options.state,
      since: options.since,
      until: options.until,
    })) as Page
    showPage(options, page, table(page.data, COLUMNS, 'No events.'))
  })
  talking(command.command('show').description('One event with its deliveries and its body.').argument('<id>')).action(
    async (id: string, options: CommonOptions) => {
      const event = (await serverFor(options).get(`/events/${inPath(id)}`)) as Event
      const { body, deliveries, ...rest } = event
      const text = [
        fields(Object.entries(rest)),
        table(deliveries, DELIVERY_COLUMNS, 'No destination wanted it.'),
        JSON.stringify(body, null, 2),
      ].join('\n\n')
      show(options, event, text)
    },
  )
  talking(
    command
      .command('replay')
      .description('Deliver many again, as a job in the lane of history.')
      .option('--type <types...>', 'only of these types')
      .option('--user <user_id>', 'only about this connection')
      .option('--reference-id <id>', 'only about this person of yours')
      .option('--provider <PROVIDER>', 'only of this source')
      .option('--since <time>', 'made at or after this ISO time')
      .option('--until <time>', 'made before this ISO time')
      .option('--sent-to <id>', 'only what went to this destination; with --failed, what failed there')
      .option('--failed', 'only what failed for good and was not delivered since')
      .option('--destination <id>', 'only there, whatever its filters say')
      .option('--rate <n>', 'events per second at most', wholeNumber(1, 10_000))
      .option('--dry-run', 'count, and send nothing'),
  ).action(async (options: ReplayOptions) => {
    const result = (await serverFor(options).send('POST', '/replays', {
      types: options.type,
      sent_to: options.sentTo,
      user_id: options.user,
      reference_id: options.referenceId,
      provider: options.provider,
      since: options.since,
      until: options.until,
      state: options.failed === true ? 'failed' : 'all',
      destination_id: options.destination,
      rate_per_second: options.rate,
      dry_run: options.dryRun === true,
    })) as { replay_id: string | null; events: number; complete: boolean; bytes: number }
    const what = `${result.complete ? '' : 'At least '}${result.events} events, ${result.bytes} bytes`
    show(
      options,
      result,
      result.replay_id === null ? `${what}. Nothing was sent.` : `${what}: queued as job ${result.replay_id}.`,
    )
  })
  talking(
    command
      .command('resend')
      .description('Deliver it again, with the same ids and bytes and a fresh signature.')
      .argument('<id>')
      .option('--destination <id>', 'only there, whatever its filters say'),
  ).action(async (id: string, options: CommonOptions & { destination?: string }) => {
    const body = options.destination === undefined ? {} : { destination_id: options.destination }
    const result = (await serverFor(options).send('POST', `/events/${inPath(id)}/resend`, body)) as {
      delivery_ids: string[]
    }
    const count = result.delivery_ids.length
    const text =
      count === 0
        ? 'No destination wants this type of event.'
        : `Queued for ${count} ${count === 1 ? 'destination' : 'destinations'}. How it fares: loam events show ${id}`
    show(options, result, text)
  })
}

function personOf(reference: unknown, row: Record<string, unknown>): string {
  return cell(reference ?? row.user_id)
}
