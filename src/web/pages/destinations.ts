// Where events go: the list, one destination, adding and changing.
import { html } from 'hono/html'
import { lastDeliveries } from '../../api/admin/deliveries.ts'
import { type DestinationView, listDestinations } from '../../api/admin/destinations.ts'
import { page } from '../layout.ts'
import { postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { badge, empty, moment } from '../parts/show.ts'
import { deliveryState } from '../parts/states.ts'
import type { App, Call } from '../view.ts'

/** A page that is late is worth less than one that says less. */
const LOOK_FOR_MS = 50

export function destinationListPage(app: App): void {
  app.get('/dashboard/destinations', (c) => listPage(c))
}

async function listPage(c: Call): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const { data: all } = await listDestinations(ctx, environment)
  const data = all.toSorted((a, b) => WORST_FIRST.indexOf(conditionOf(a)) - WORST_FIRST.indexOf(conditionOf(b)))
  const lately = await lastDeliveries(ctx, environment, LOOK_FOR_MS)
  return page(c, {
    section: 'destinations',
    title: 'Destinations',
    lead: `Where ${environment.name} sends its events. Each one has its own filters, retries and backlog.`,
    actions: html`<a class="button primary" href="/dashboard/destinations/new">Add a destination</a
      >${postButton(csrf, '/dashboard/destinations/inspector', 'Add an inspector')}`,
    body: html`<div class="card">
      ${
        data.length === 0
          ? empty(
              'Events have nowhere to go yet. Add a URL of yours, or the built-in inspector to look at them here.',
              html`<span class="row"
                ><a class="button primary" href="/dashboard/destinations/new">Add a destination</a
                >${postButton(csrf, '/dashboard/destinations/inspector', 'Add the built-in inspector')}</span
              >`,
            )
          : html`<div class="table">
              <table class="reflow">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Target</th>
                    <th scope="col">State</th>
                    <th scope="col">Events</th>
                    <th scope="col">Last delivery</th>
                  </tr>
                </thead>
                <tbody>
                  ${data.map((row) => {
                    const last = lately.get(row.id)
                    return html`<tr>
                      <td class="name"><a href="/dashboard/destinations/${row.id}">${row.name}</a></td>
                      <td class="cut"><code>${row.target}</code></td>
                      <td>${stateBadge(row)}</td>
                      <td>${row.event_types === null ? 'all' : row.event_types.join(', ')}</td>
                      <td>
                        ${last === undefined ? html`<span class="small">none yet</span>` : html`${deliveryState(last)} <span class="small">${moment(last.created_at)}</span>${last.last_error === null ? '' : html`<div class="small">${last.last_error}</div>`}`}
                      </td>
                    </tr>`
                  })}
                </tbody>
              </table>
            </div>`
      }
    </div>`,
  })
}

type Condition = DestinationView['state'] | 'failing'
const WORST_FIRST: readonly Condition[] = ['failing', 'disabled', 'paused', 'active']

function conditionOf({ state, failing_since: since }: DestinationView): Condition {
  return state === 'active' && since !== null ? 'failing' : state
}

export function stateBadge(row: DestinationView): Html {
  switch (conditionOf(row)) {
    case 'paused':
      return badge('warn', 'Paused')
    case 'disabled':
      return badge('err', 'Disabled')
    case 'failing':
      return badge('err', 'Failing')
    case 'active':
      return badge('ok', 'Active')
  }
}

export function inspectorBin(target: string): string | null {
  return /\/inspect\/([A-Za-z0-9_-]+)$/.exec(target)?.[1] ?? null
}
