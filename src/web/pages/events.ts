// The event log: what was sent to whom, and what came back.
import { html } from 'hono/html'
import { isHeld, listDeliveries, type DeliveryView } from '../../api/admin/deliveries.ts'
import { listDestinations } from '../../api/admin/destinations.ts'
import { type EventView, listEvents } from '../../api/admin/events.ts'
import { eventTypeNames } from '../../api/event-types.ts'
import { deliveriesOfEvent } from '../../store/deliveries.ts'
import { page } from '../layout.ts'
import { field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { empty, instant, noneSoFar, plural, sourceName } from '../parts/show.ts'
import { eventResult } from '../parts/states.ts'
import { queryText, withQuery } from '../query.ts'
import type { App, Call } from '../view.ts'
import { NEW_REPLAY } from './replay-form.ts'

const STATES = [
  ['', 'Any result'],
  ['delivered', 'Delivered'],
  ['pending', 'Due or to be tried again'],
  ['failed', 'Failed'],
] as const

export function eventListPage(app: App): void {
  app.get('/dashboard/events', (c) => listPage(c))
}

interface Row {
  /** Of the row: several deliveries of one event are several rows. */
  key: string
  id: string
  event: Pick<EventView, 'type' | 'user_id' | 'created_at'> & { reference_id?: string | null; provider?: string | null }
  deliveries: readonly Pick<DeliveryView, 'state' | 'attempts' | 'last_status' | 'held'>[]
  where: string | null
}

async function listPage(c: Call): Promise<Response> {
  const { ctx, environment } = c.get('view')
  const filter = {
    type: queryText(c, 'type'),
    user_id: queryText(c, 'user_id'),
    cursor: queryText(c, 'cursor'),
  }
  const state = STATES.map(([value]) => value).find((value) => value !== '' && value === queryText(c, 'state'))
  const { rows, next } =
    state === undefined || state === ''
      ? await eventRows(c, { ...filter, reference_id: queryText(c, 'reference_id') })
      : await deliveryRows(c, { ...filter, state })
  const filtered =
    state !== undefined || Object.values({ ...filter, cursor: undefined }).some((value) => value !== undefined)
  const anything = rows.length > 0
  return page(c, {
    section: 'events',
    title: 'Events',
    lead: `Everything that ${environment.name} sends to its destinations, newest first.`,
    actions: html`<a class="button" href="/dashboard/simulator">Send a test event</a
      ><a class="button" href="/dashboard/replays">Replays</a
      ><a class="button" href="${replayHref(filter, state)}">Send these again</a>`,
    live: filter.cursor === undefined ? 'stream' : null,
    body: html`${filterForm(c, state)}
      <div class="card">
        ${
          anything
            ? html`<div class="table">
                  <table class="reflow">
                    <thead>
                      <tr>
                        <th scope="col">Time (UTC)</th>
                        <th scope="col">Event</th>
                        <th scope="col">User</th>
                        <th scope="col">Result</th>
                        <th scope="col">Destination</th>
                        <th scope="col" class="number">Tries</th>
                      </tr>
                    </thead>
                    <tbody ${filter.cursor === undefined ? liveList(environment.dev_id) : ''}>
                      ${rows.map((row) => eventRow(row, ctx.clock.now()))}
                    </tbody>
                  </table>
                </div>
                <div class="pager">
                  <span class="small">${plural(rows.length, 'row')} shown</span
                  ><span class="row"
                    >${
                      filter.cursor === undefined
                        ? html`<button type="button" class="dense" data-new hidden>Show new</button>`
                        : html`<a class="button dense" href="${withQuery(c, { cursor: undefined })}">Newest</a>`
                    }${next === null ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: next })}">Older</a>`}</span
                  >
                </div>`
            : html`<div ${filter.cursor === undefined ? liveList(environment.dev_id) : ''}>
                ${
                  next !== null
                    ? noneSoFar(withQuery(c, { cursor: next }))
                    : empty(
                        filtered
                          ? 'No event fits these filters.'
                          : 'Nothing has been sent yet. Connect someone, or make up an event to see how one looks.',
                        filtered
                          ? html`<a class="button" href="/dashboard/events">Show all events</a>`
                          : html`<a class="button primary" href="/dashboard/simulator">Make up an event</a>`,
                      )
                }
              </div>`
        }
      </div>`,
  })
}

/** What is looked at, as the choice of a replay. */
function replayHref(filter: { type?: string | undefined; user_id?: string | undefined }, state?: string): string {
  const query = new URLSearchParams()
  if (filter.type !== undefined) query.set('types', filter.type)
  if (filter.user_id !== undefined) query.set('user_id', filter.user_id)
  if (state === 'failed') query.set('state', 'failed')
  return query.size === 0 ? NEW_REPLAY : `${NEW_REPLAY}?${query}`
}

function liveList(devId: string): Html {
  return html`data-live="/admin/v1/events/stream?dev_id=${encodeURIComponent(devId)}"`
}

async function eventRows(
  c: Call,
  filter: Parameters<typeof listEvents>[2],
): Promise<{ rows: Row[]; next: string | null }> {
  const { ctx, environment } = c.get('view')
  const events = await listEvents(ctx, environment, filter)
  const [deliveries, destinations] = await Promise.all([
    Promise.all(events.data.map((event) => deliveriesOfEvent(ctx.db, event.id))),
    listDestinations(ctx, environment),
  ])
  const byId = new Map(destinations.data.map((destination) => [destination.id, destination]))
  const rows = events.data.map((event, i) => {
    const own = deliveries[i]!
    const only = own.length === 1 ? byId.get(own[0]!.destination_id)?.name : undefined
    return {
      key: event.id,
      id: event.id,
      event,
      deliveries: own.map((row) => ({ ...row, held: isHeld(row, byId.get(row.destination_id)) })),
      where: only ?? (own.length > 1 ? plural(own.length, 'delivery', 'deliveries') : null),
    }
  })
  return { rows, next: events.next_cursor }
}

async function deliveryRows(
  c: Call,
  filter: NonNullable<Parameters<typeof listDeliveries>[2]>,
): Promise<{ rows: Row[]; next: string | null }> {
  const { ctx, environment } = c.get('view')
  const list = await listDeliveries(ctx, environment, filter)
  const rows = list.data.map((delivery) => ({
    key: delivery.id,
    id: delivery.event_id,
    event: { type: delivery.event_type, user_id: delivery.user_id, created_at: delivery.created_at },
    deliveries: [delivery],
    where: delivery.destination_name,
  }))
  return { rows, next: list.next_cursor }
}

function eventRow({ key, id, event, deliveries, where }: Row, now: number): Html {
  const tries = deliveries.reduce((sum, delivery) => sum + delivery.attempts, 0)
  return html`<tr data-id="${key}">
    <td class="nowrap">${instant(event.created_at, now)}</td>
    <td><a href="/dashboard/events/${id}">${event.type}</a></td>
    <td class="cut">
      ${event.user_id === null ? html`<span class="small">–</span>` : html`<a href="/dashboard/users/${event.user_id}">${event.reference_id ?? event.user_id.slice(0, 8)}</a>`}${event.provider ? html` <span class="small">${sourceName(event.provider)}</span>` : ''}
    </td>
    <td>${eventResult(deliveries)}</td>
    <td class="cut">${where ?? ''}</td>
    <td class="number" data-label="Tries">${tries}</td>
  </tr>`
}

function filterForm(c: Call, state: string | undefined): Html {
  return html`<form class="filters" method="get" role="search" aria-label="Filter events">
    ${field({ name: 'type', label: 'Type', value: queryText(c, 'type') ?? '', sends: true, options: [['', 'Any type'], ...eventTypeNames.map((name) => [name, name] as const)] })}
    ${field({ name: 'state', label: 'Result', value: state ?? '', sends: true, options: STATES })}
    ${field({ name: 'user_id', label: 'User id', value: queryText(c, 'user_id') ?? '', wide: true, mono: true })}
    <div class="row">
      <button>Filter</button>${c.req.url.includes('?') ? html`<a href="/dashboard/events">Clear</a>` : ''}
    </div>
  </form>`
}
