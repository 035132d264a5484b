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
} from './common.ts'
import { fields, shortTime, table } from './table.ts'

interface ListOptions extends PageOptions {
  state?: string
  destination?: string
  user?: string
  event?: string
  type?: string
}

const COLUMNS = [
  { name: 'created_at', title: 'TIME (UTC)', show: shortTime },
  { name: 'id', title: 'ID' },
  { name: 'event_type', title: 'TYPE', cut: true as const },
  { name: 'state', title: 'STATE' },
  { name: 'last_status', title: 'LAST' },
  { name: 'next_at', title: 'NEXT (UTC)', show: shortTime },
]
const ATTEMPT_COLUMNS = [
  { name: 'started_at', title: 'TRIED (UTC)', show: shortTime },
  { name: 'outcome', title: 'OUTCOME' },
  { name: 'status', title: 'STATUS' },
  { name: 'duration_ms', title: 'MS' },
  { name: 'error', title: 'ERROR', cut: true as const },
]

export const DELIVERY_STATES = ['pending', 'waiting', 'sending', 'delivered', 'failed']

export function addDeliveries(command: Command): void {
  paged(
    command
      .command('list')
      .description('Newest first.')
      .addOption(new Option('--state <state>', 'only in this state').choices(DELIVERY_STATES))
      .option('--destination <id>', 'only to this destination')
      .option('--type <type>', 'only of this type of event')
      .option('--event <id>', 'only of this event')
      .option('--user <user_id>', 'only about this connection'),
  ).action(async (options: ListOptions) => {
    const page = (await serverFor(options).get('/deliveries', {
      limit: options.limit,
      cursor: options.cursor,
      state: options.state,
      destination_id: options.destination,
      type: options.type,
      user_id: options.user,
      event_id: options.event,
    })) as Page
    showPage(options, page, table(page.data, COLUMNS, 'No deliveries.'))
  })
  talking(command.command('show').description('One delivery with every attempt.').argument('<id>')).action(
    async (id: string, options: CommonOptions) => {
      const delivery = (await serverFor(options).get(`/deliveries/${inPath(id)}`)) as Record<string, unknown>
      const { attempt_log: attempts, ...rest } = delivery
      const tried = table(attempts as Record<string, unknown>[], ATTEMPT_COLUMNS, 'Not tried yet.')
      show(options, delivery, `${fields(Object.entries(rest))}\n\n${tried}`)
    },
  )
  talking(command.command('resend').description('Send it again, to the same destination.').argument('<id>')).action(
    async (id: string, options: CommonOptions) => {
      const result = (await serverFor(options).send('POST', `/deliveries/${inPath(id)}/resend`)) as {
        delivery_id: string
      }
      show(options, result, `Queued as ${result.delivery_id}.`)
    },
  )
}
