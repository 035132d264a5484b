import type { Command } from 'commander'
import { type CommonOptions, limitOption, type Page, serverFor, show, talking } from './common.ts'
import { table } from './table.ts'

interface ListOptions extends CommonOptions {
  limit: string
  type?: string
  user?: string
  state?: string
}

export function addEvents(program: Command): void {
  const events = program.command('events').description('What happened and was told.')
  limitOption(
    talking(events.command('list').description('Newest first.').option('--type <type>').option('--user <user_id>')),
  ).action(async (options: ListOptions) => {
    const page = (await serverFor(options).get('/events', {
      limit: options.limit,
      type: options.type,
      user_id: options.user,
    })) as Page
    show(options, page, table(page.data, ['created_at', 'type', 'record_count', 'user_id', 'id'], 'No events yet.'))
  })
  talking(events.command('show <id>').description('One event with its body and deliveries.')).action(
    async (id: string, options: CommonOptions) => {
      const event = await serverFor(options).get(`/events/${encodeURIComponent(id)}`)
      show(options, event, JSON.stringify(event, null, 2))
    },
  )
  talking(
    events
      .command('resend <id>')
      .description('Deliver it again, with the same ids and bytes.')
      .option('--destination <id>', 'only there, whatever its filters say'),
  ).action(async (id: string, options: CommonOptions & { destination?: string }) => {
    const body = options.destination === undefined ? {} : { destination_id: options.destination }
    const result = (await serverFor(options).send('POST', `/events/${encodeURIComponent(id)}/resend`, body)) as {
      delivery_ids?: string[]
    }
    show(options, result, `Queued ${result.delivery_ids?.length ?? 0} deliveries.`)
  })
  const deliveries = program.command('deliveries').description('One event for one destination each.')
  limitOption(
    talking(
      deliveries.command('list').description('Newest first.').option('--state <state>').option('--user <user_id>'),
    ),
  ).action(async (options: ListOptions) => {
    const page = (await serverFor(options).get('/deliveries', {
      limit: options.limit,
      state: options.state,
      user_id: options.user,
    })) as Page
    show(
      options,
      page,
      table(
        page.data,
        ['created_at', 'event_type', 'state', 'attempts', 'last_status', 'next_at', 'id'],
        'No deliveries yet.',
      ),
    )
  })
}
