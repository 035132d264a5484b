// The event log: what was sent to whom, and what came back.
import { html } from 'hono/html'
import {
  getDelivery,
  listDeliveries,
  resendDelivery,
  type DeliveryDetailView,
  type DeliveryView,
} from '../../api/admin/deliveries.ts'
import { listDestinations, type DestinationView } from '../../api/admin/destinations.ts'
import {
  type EventDetailView,
  type EventView,
  getEvent,
  getEventRequest,
  listEvents,
  resendEvent,
} from '../../api/admin/events.ts'
import { eventTypeNames } from '../../api/event-types.ts'
import { deliveriesOfEvent } from '../../store/deliveries.ts'
import { page } from '../layout.ts'
import { field, postForm, postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { jsonView } from '../parts/json.ts'
import { badge, bytes, codeBlock, empty, facts, instant, moment, plural, sourceName } from '../parts/show.ts'
import { deliveryState, eventResult } from '../parts/states.ts'
import { formText, queryText, readForm, withQuery } from '../query.ts'
import { type App, type Call, done } from '../view.ts'

const STATES = [
  ['', 'Any result'],
  ['delivered', 'Delivered'],
  ['pending', 'Due or to be tried again'],
  ['failed', 'Failed'],
] as const

export function eventPages(app: App): void {
  app.get('/dashboard/events', (c) => listPage(c))

  app.get('/dashboard/events/:id', async (c) => {
    const { ctx, environment } = c.get('view')
    const event = await getEvent(ctx, environment, { event_id: c.req.param('id') })
    const [destinations, deliveries] = await Promise.all([
      listDestinations(ctx, environment),
      Promise.all(event.deliveries.map((row) => getDelivery(ctx, environment, { delivery_id: row.id }))),
    ])
    return detailPage(c, event, deliveries, destinations.data)
  })

  app.get('/dashboard/events/:id/raw', async (c) => {
    const { ctx, environment } = c.get('view')
    const request = await getEventRequest(ctx, environment, { event_id: c.req.param('id') })
    c.header('content-type', 'application/json; charset=utf-8')
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'no-store')
    return c.body(Buffer.from(request.body_base64, 'base64'))
  })

  app.post('/dashboard/events/:id/resend', async (c) => {
    const { ctx, environment } = c.get('view')
    const id = c.req.param('id')
    const destination = formText(await readForm(c), 'destination_id') ?? null
    const { delivery_ids: ids } = await resendEvent(ctx, environment, { event_id: id, destination_id: destination })
    return done(
      c,
      `/dashboard/events/${id}`,
      ids.length === 0
        ? 'No destination wants this type of event, so nothing was sent. Choose one below to send it there all the same.'
        : `Queued for ${plural(ids.length, 'destination')}, with the same ids and a fresh signature.`,
    )
  })

  app.post('/dashboard/deliveries/:id/resend', async (c) => {
    const { ctx, environment } = c.get('view')
    const { event_id: event } = await getDelivery(ctx, environment, { delivery_id: c.req.param('id') })
    await resendDelivery(ctx, environment, { delivery_id: c.req.param('id') })
    return done(c, `/dashboard/events/${event}`, 'Queued again for this destination.')
  })
}

interface Row {
  id: string
  event: Pick<EventView, 'type' | 'user_id' | 'created_at'> & { reference_id?: string | null; provider?: string | null }
  deliveries: readonly Pick<DeliveryView, 'state' | 'attempts' | 'last_status'>[]
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
    actions: html`<a class="button" href="/dashboard/simulator">Send a test event</a>`,
    live: filter.cursor === undefined,
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
                ${empty(
                  filtered
                    ? 'No event fits these filters.'
                    : 'Nothing has been sent yet. Connect someone, or make up an event to see how one looks.',
                  filtered
                    ? html`<a class="button" href="/dashboard/events">Show all events</a>`
                    : html`<a class="button primary" href="/dashboard/simulator">Make up an event</a>`,
                )}
              </div>`
        }
      </div>`,
  })
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
  const names = new Map(destinations.data.map((destination) => [destination.id, destination.name]))
  const rows = events.data.map((event, i) => {
    const own = deliveries[i]!
    const only = own.length === 1 ? names.get(own[0]!.destination_id) : undefined
    return {
      id: event.id,
      event,
      deliveries: own,
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
    id: delivery.event_id,
    event: { type: delivery.event_type, user_id: delivery.user_id, created_at: delivery.created_at },
    deliveries: [delivery],
    where: delivery.destination_name,
  }))
  return { rows, next: list.next_cursor }
}

function eventRow({ id, event, deliveries, where }: Row, now: number): Html {
  const today = new Date(now).toISOString().slice(0, 10)
  const day = event.created_at.slice(0, 10)
  const tries = deliveries.reduce((sum, delivery) => sum + delivery.attempts, 0)
  return html`<tr data-id="${id}">
    <td class="nowrap">${day === today ? '' : html`<span class="small">${day} </span>`}${instant(event.created_at)}</td>
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

async function detailPage(
  c: Call,
  event: EventDetailView,
  deliveries: readonly DeliveryDetailView[],
  destinations: readonly DestinationView[],
): Promise<Response> {
  const { csrf } = c.get('view')
  const tab = queryText(c, 'tab') === 'headers' ? 'headers' : 'body'
  const path = `/dashboard/events/${event.id}`
  return page(c, {
    section: 'events',
    title: event.type,
    crumbs: [['Events', '/dashboard/events']],
    lead: html`<code>${event.id}</code> ${eventResult(deliveries)}`,
    actions: postButton(csrf, `${path}/resend`, 'Send again', { className: 'primary' }),
    body: html`<div class="split">
      <div class="stack wide">
        <section class="card" aria-labelledby="deliveries">
          <header>
            <h2 id="deliveries">Deliveries</h2>
            <p>${plural(deliveries.length, 'delivery', 'deliveries')}</p>
          </header>
          <div class="body">
            ${
              deliveries.length === 0
                ? html`<p>No destination wanted this event when it was made. Send it to one below.</p>`
                : deliveries.map((delivery, i) => html`${i === 0 ? '' : html`<hr />`}${deliveryPart(csrf, delivery)}`)
            }
            ${
              destinations.length === 0
                ? html`<p><a href="/dashboard/destinations/new">Add a destination</a> to send it there.</p>`
                : html`<hr />
                    ${otherDestination(csrf, path, destinations)}`
            }
          </div>
        </section>
        <section class="card" aria-labelledby="about">
          <header><h2 id="about">About this event</h2></header>
          <div class="body">
            ${facts([
              ['Created', moment(event.created_at)],
              [
                'User',
                event.user_id === null
                  ? 'none: it is about the environment'
                  : html`<a href="/dashboard/users/${event.user_id}">${event.reference_id ?? event.user_id}</a>`,
              ],
              ['user_id', event.user_id === null ? null : html`<code>${event.user_id}</code>`],
              ['Source', event.provider === null ? null : sourceName(event.provider)],
              ['Size', `${bytes(event.byte_length)}, ${plural(event.record_count, 'record')}`],
              ['terra-reference', html`<code>${event.reference}</code>`],
              ['Trace id', html`<code>${event.trace_id}</code>`],
              ['Ordering', event.ordering_at === null ? 'none' : html`<code>${event.ordering_at}</code>`],
            ])}
          </div>
        </section>
      </div>
      <section class="card" aria-label="What is sent">
        <div class="body">
          <nav class="tabs" aria-label="Parts of the request">
            <a href="${path}" ${tab === 'body' ? html`aria-current="true"` : ''}>Body</a
            ><a href="${path}?tab=headers" ${tab === 'headers' ? html`aria-current="true"` : ''}>Headers</a>
          </nav>
          ${tab === 'body' ? bodyTab(event) : await headersTab(c, event)}
        </div>
      </section>
    </div>`,
  })
}

function deliveryPart(csrf: string, delivery: DeliveryDetailView): Html {
  return html`<div class="stack">
    <div class="row between">
      <h3>
        <a href="/dashboard/destinations/${delivery.destination_id}"
          >${delivery.destination_name ?? 'Removed destination'}</a
        >
      </h3>
      ${deliveryState(delivery)}
    </div>
    ${
      delivery.attempt_log.length === 0
        ? ''
        : html`<ol class="attempts">
            ${delivery.attempt_log.map(
              (attempt) =>
                html`<li>
                  ${instant(attempt.started_at)}${badge(attempt.outcome === 'delivered' ? 'ok' : 'err', attempt.status === null ? 'No answer' : String(attempt.status))}<span
                    class="small"
                    >${attempt.duration_ms} ms</span
                  >${attempt.error === null ? '' : html`<span>${attempt.error}</span>`}${
                    attempt.response === null || attempt.response === ''
                      ? ''
                      : html`<details>
                          <summary>What the receiver said</summary>
                          <pre class="wrap" tabindex="0">${attempt.response}</pre>
                        </details>`
                  }
                </li>`,
            )}
          </ol>`
    }
    <div class="row">
      ${delivery.next_at === null ? '' : html`<span class="small">Next try ${moment(delivery.next_at)}</span>`}${
        delivery.state === 'failed' || delivery.state === 'delivered' || delivery.attempts > 0
          ? postButton(csrf, `/dashboard/deliveries/${delivery.id}/resend`, 'Send here again', { className: 'dense' })
          : ''
      }
    </div>
  </div>`
}

function otherDestination(csrf: string, path: string, destinations: readonly DestinationView[]): Html {
  return postForm(
    csrf,
    `${path}/resend`,
    html`${field({ name: 'destination_id', label: 'Send to one destination, whatever its filters say', options: destinations.map((row) => [row.id, `${row.name} (${row.target})`] as const) })}
      <div class="row"><button>Send there</button></div>`,
    'form',
  )
}

function bodyTab(event: EventDetailView): Html {
  return html`${jsonView(JSON.stringify(event.body), 'Body of the event')}
    <p class="small"><a href="/dashboard/events/${event.id}/raw">The exact bytes</a></p>`
}

async function headersTab(c: Call, event: EventDetailView): Promise<Html> {
  const { ctx, environment } = c.get('view')
  const { headers } = await getEventRequest(ctx, environment, { event_id: event.id })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return html`<p class="small">As a webhook would get them now; each attempt has a fresh timestamp and signature.</p>
    ${codeBlock(lines.join('\n'), 'headers')}`
}
