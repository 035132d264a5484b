// One event: what was sent, each try to deliver it, sending it again.
import { html } from 'hono/html'
import { getDelivery, resendDelivery, type DeliveryDetailView } from '../../api/admin/deliveries.ts'
import { listDestinations, type DestinationView } from '../../api/admin/destinations.ts'
import { type EventDetailView, getEvent, getEventRequest, resendEvent } from '../../api/admin/events.ts'
import { page } from '../layout.ts'
import { field, postForm, postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { jsonView } from '../parts/json.ts'
import { maskedEvent } from '../parts/masked.ts'
import { badge, bytes, codeBlock, facts, instant, moment, plural, sourceName } from '../parts/show.ts'
import { deliveryState, eventResult } from '../parts/states.ts'
import { formText, queryText, readForm } from '../query.ts'
import { type App, type Call, done, refused } from '../view.ts'

const NOT_MASKED = 'The exact bytes cannot be shown without their values. Press “Show values” first.'

export function eventPages(app: App): void {
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
    const { ctx, environment, privacy } = c.get('view')
    if (privacy.hidden) return refused(c, `/dashboard/events/${c.req.param('id')}`, NOT_MASKED)
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

async function detailPage(
  c: Call,
  event: EventDetailView,
  deliveries: readonly DeliveryDetailView[],
  destinations: readonly DestinationView[],
): Promise<Response> {
  const { ctx, csrf, privacy } = c.get('view')
  const now = ctx.clock.now()
  // What is to be tried in a moment is worth waiting for; what comes minutes later is not.
  const isMoving = deliveries.some(
    ({ state, attempts }) => state === 'sending' || (state === 'pending' && attempts === 0),
  )
  const tab = queryText(c, 'tab') === 'headers' ? 'headers' : 'body'
  const path = `/dashboard/events/${event.id}`
  return page(c, {
    section: 'events',
    values: true,
    title: event.type,
    live: isMoving ? 'asking' : null,
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
                : html`<div class="parted" data-live ${isMoving ? html`data-every="1500"` : ''}>
                    ${deliveries.map((delivery) => deliveryPart(csrf, delivery, { now, hidden: privacy.hidden }))}
                  </div>`
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
                  ? 'none of yours'
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
          ${tab === 'body' ? bodyTab(event, privacy.hidden) : await headersTab(c, event)}
        </div>
      </section>
    </div>`,
  })
}

function deliveryPart(
  csrf: string,
  delivery: DeliveryDetailView,
  { now, hidden }: { now: number; hidden: boolean },
): Html {
  return html`<div class="stack" data-id="${delivery.id}">
    <div class="row between">
      <h3>
        <a href="/dashboard/destinations/${delivery.destination_id}"
          >${delivery.destination_name ?? 'Removed destination'}</a
        >${delivery.part === null ? '' : html`, part ${delivery.part.number} of ${delivery.part.of}`}
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
                  ${instant(attempt.started_at, now)}${badge(attempt.outcome === 'delivered' ? 'ok' : 'err', attemptText(attempt))}<span
                    class="small"
                    >${attempt.duration_ms} ms</span
                  >${attempt.error === null ? '' : html`<span>${attempt.error}</span>`}${
                    attempt.response === null || attempt.response === ''
                      ? ''
                      : html`<details>
                          <summary>What the receiver said</summary>
                          <pre class="wrap" tabindex="0">${hidden ? '•••' : attempt.response}</pre>
                        </details>`
                  }
                </li>`,
            )}
          </ol>`
    }
    <div class="row">
      ${delivery.next_at === null || Date.parse(delivery.next_at) <= now ? '' : html`<span class="small">Next try ${moment(delivery.next_at)}</span>`}${
        delivery.state === 'failed' || delivery.state === 'delivered' || delivery.attempts > 0
          ? postButton(csrf, `/dashboard/deliveries/${delivery.id}/resend`, 'Send here again', { className: 'dense' })
          : ''
      }
    </div>
  </div>`
}

/** Not every kind of destination answers with a status, and what is too large never goes. */
function attemptText({ status, outcome }: DeliveryDetailView['attempt_log'][number]): string {
  if (status !== null) return String(status)
  return outcome === 'delivered' ? 'Delivered' : 'Failed'
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

function bodyTab(event: EventDetailView, hidden: boolean): Html {
  const text = JSON.stringify(event.body)
  if (hidden) return jsonView(maskedEvent(text), 'Body of the event')
  const raw = `/dashboard/events/${event.id}/raw`
  return html`${jsonView(text, 'Body of the event', raw)}
    <p class="small"><a href="${raw}">The exact bytes</a></p>`
}

async function headersTab(c: Call, event: EventDetailView): Promise<Html> {
  const { ctx, environment } = c.get('view')
  const { headers } = await getEventRequest(ctx, environment, { event_id: event.id })
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return html`<p class="small">As a webhook would get them now; each attempt has a fresh timestamp and signature.</p>
    ${codeBlock(lines.join('\n'), 'headers')}`
}
