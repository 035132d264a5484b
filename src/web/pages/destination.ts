// One destination: adding, changing, testing, pausing, removing.
import { html } from 'hono/html'
import { listDeliveries } from '../../api/admin/deliveries.ts'
import {
  createDestination,
  deleteDestination,
  type DestinationView,
  getDestination,
  listDestinationTypes,
  pauseDestination,
  resumeDestination,
  testDestination,
  updateDestination,
} from '../../api/admin/destinations.ts'
import { createInspectorBin } from '../../api/admin/inspector.ts'
import { ApiError } from '../../platform/errors.ts'
import { noProblems, type Problems, sentence } from '../form-problems.ts'
import { page } from '../layout.ts'
import { confirmed, postButton, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { type JsonSchema, readSchemaForm } from '../parts/schema-form.ts'
import { copyField, empty, facts, instant, moment, notice } from '../parts/show.ts'
import { deliveryState } from '../parts/states.ts'
import { type Form, formText, queryText, readForm } from '../query.ts'
import { deliveryIn, filtersIn, inSettings, settingsFields, typeNamed } from './destination-form.ts'
import { rotate, secretPart } from './destination-secret.ts'
import { inspectorBin, stateBadge } from './destinations.ts'
import { NEW_REPLAY } from './replay-form.ts'
import { type App, type Call, done, refused } from '../view.ts'

export function destinationPages(app: App): void {
  app.get('/dashboard/destinations/new', (c) => newPage(c, {}, noProblems))

  app.post('/dashboard/destinations/new', async (c) => {
    const { ctx, environment } = c.get('view')
    const form = await readForm(c)
    const type = typeNamed(ctx, formText(form, 'type'))
    try {
      const created = await createDestination(ctx, environment, {
        type: type.id,
        name: formText(form, 'name'),
        settings: readSchemaForm(type.settings as JsonSchema, form),
        ...filtersIn(form),
        delivery: deliveryIn(form),
      })
      return done(
        c,
        `/dashboard/destinations/${created.id}`,
        `${created.name} is added and gets every event from now on. Test it, or make up an event.`,
      )
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return newPage(c, form, inSettings(error, type))
    }
  })

  app.post('/dashboard/destinations/inspector', async (c) => {
    const { ctx, environment } = c.get('view')
    const { bin } = await createInspectorBin(ctx, environment)
    return done(
      c,
      `/dashboard/inspector/${bin}`,
      'A new inspector is added as a destination. What it receives appears here.',
    )
  })

  app.get('/dashboard/destinations/:id', (c) => detail(c, {}, noProblems))

  app.post('/dashboard/destinations/:id', async (c) => {
    const { ctx, environment } = c.get('view')
    const id = c.req.param('id')
    const form = await readForm(c)
    const before = await getDestination(ctx, environment, { destination_id: id })
    const type = typeNamed(ctx, before.type)
    try {
      await updateDestination(ctx, environment, {
        destination_id: id,
        name: formText(form, 'name'),
        settings: readSchemaForm(type.settings as JsonSchema, form),
        ...filtersIn(form),
        delivery: deliveryIn(form),
      })
      return done(c, `/dashboard/destinations/${id}`, 'Saved. Events that wait go to the changed destination too.')
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 404) throw error
      return detail(c, form, inSettings(error, type))
    }
  })

  app.post('/dashboard/destinations/:id/rotate-secret', async (c) => detail(c, {}, noProblems, await rotate(c)))

  app.post('/dashboard/destinations/:id/:action{test|pause|resume|remove}', async (c) => {
    const { ctx, environment } = c.get('view')
    const id = { destination_id: c.req.param('id') }
    const path = `/dashboard/destinations/${c.req.param('id')}`
    switch (c.req.param('action')) {
      case 'test': {
        const result = await testDestination(ctx, environment, id)
        return result.outcome === 'delivered'
          ? done(c, path, `It works: ${result.message} after ${result.duration_ms} ms.`)
          : refused(
              c,
              path,
              `It does not work yet: ${sentence(result.message)} The test took ${result.duration_ms} ms; nothing was stored.`,
            )
      }
      case 'pause':
        await pauseDestination(ctx, environment, id)
        return done(c, path, 'Paused. Its events wait here until you resume it.')
      case 'resume':
        await resumeDestination(ctx, environment, id)
        return done(c, path, 'Resumed. What waited is sent now, as fast as the receiver takes it.')
      default:
        await deleteDestination(ctx, environment, id)
        return done(
          c,
          '/dashboard/destinations',
          'Removed, with its deliveries. The events themselves stay in the log.',
        )
    }
  })
}

async function newPage(c: Call, form: Form, problems: Problems): Promise<Response> {
  const { csrf, ctx } = c.get('view')
  const types = listDestinationTypes(ctx).data
  const type = typeNamed(ctx, formText(form, 'type') ?? queryText(c, 'type'))
  return page(c, {
    section: 'destinations',
    title: 'Add a destination',
    crumbs: [['Destinations', '/dashboard/destinations']],
    status: problems === noProblems ? 200 : 422,
    body: html`${
        types.length < 2
          ? ''
          : html`<nav class="tabs" aria-label="Kind of destination">
              ${types.map((each) => html`<a href="/dashboard/destinations/new?type=${each.id}" ${each.id === type.id ? html`aria-current="true"` : ''}>${each.name}</a>`)}
            </nav>`
      }
      <section class="card narrow" aria-label="${type.name}">
        <header>
          <h2>${type.name}</h2>
          <p>${type.description}</p>
        </header>
        <div class="body">
          ${problems.general === null ? '' : notice('err', problems.general, 'alert')}
          ${postForm(
            csrf,
            '/dashboard/destinations/new',
            html`<input type="hidden" name="type" value="${type.id}" />
              ${await settingsFields(c, type, null, form, problems)}
              <div class="row">
                <button class="primary">Add</button><a class="button" href="/dashboard/destinations">Cancel</a>
              </div>`,
            'form',
          )}
        </div>
      </section>`,
  })
}

async function detail(c: Call, form: Form, problems: Problems, newSecret: string | null = null): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const row = await getDestination(ctx, environment, { destination_id: c.req.param('id')! })
  const deliveries = await listDeliveries(ctx, environment, { destination_id: row.id, limit: 10, lookForMs: 200 })
  const type = typeNamed(ctx, row.type)
  const path = `/dashboard/destinations/${row.id}`
  const bin = inspectorBin(row.target)
  return page(c, {
    section: 'destinations',
    title: row.name,
    crumbs: [['Destinations', '/dashboard/destinations']],
    lead: html`${type.name} ${stateBadge(row)}`,
    status: problems === noProblems ? 200 : 422,
    actions: html`${postButton(csrf, `${path}/test`, 'Test it', { className: 'primary' })}${
      row.state !== 'active' ? postButton(csrf, `${path}/resume`, 'Resume') : postButton(csrf, `${path}/pause`, 'Pause')
    }${bin === null ? '' : html`<a class="button" href="/dashboard/inspector/${bin}">Open the inspector</a>`}`,
    body: html`${troubles(row)}
      <div class="split even">
        <div class="stack wide">
          <section class="card" aria-labelledby="target">
            <header><h2 id="target">Target</h2></header>
            <div class="body">
              ${copyField(row.target, 'target')}
              ${facts([
                ['Events', row.event_types === null ? 'all types' : row.event_types.join(', ')],
                ['Sources', row.providers === null ? 'all' : row.providers.join(', ')],
                ['People', peopleText(row)],
                ['Pace', paceText(row.delivery)],
                ['Added', moment(row.created_at)],
                ['Changed', moment(row.updated_at)],
                ...Object.entries(row.secrets).map(([name, isSet]) => [name, secretText(name, isSet)] as const),
              ])}
            </div>
          </section>
          ${secretPart(csrf, row, newSecret)}
          <section class="card" aria-labelledby="lately">
            <header>
              <h2 id="lately">Latest deliveries</h2>
              <p>
                <a href="${NEW_REPLAY}?state=failed&amp;sent_to=${row.id}&amp;count=1">Send what failed here again</a>
              </p>
            </header>
            ${
              deliveries.data.length === 0
                ? empty(
                    'Nothing was sent here yet.',
                    html`<a class="button" href="/dashboard/simulator?destination_id=${row.id}"
                      >Send a made-up event here</a
                    >`,
                  )
                : html`<div class="table">
                    <table>
                      <thead>
                        <tr>
                          <th scope="col">Time (UTC)</th>
                          <th scope="col">Event</th>
                          <th scope="col">Result</th>
                        </tr>
                      </thead>
                      <tbody>
                        ${deliveries.data.map(
                          (delivery) =>
                            html`<tr>
                              <td>${instant(delivery.created_at, ctx.clock.now())}</td>
                              <td><a href="/dashboard/events/${delivery.event_id}">${delivery.event_type}</a></td>
                              <td>
                                ${deliveryState(delivery)}
                                ${delivery.next_at === null || delivery.attempts === 0 ? '' : html`<span class="small">next try ${moment(delivery.next_at)}</span>`}
                                ${delivery.state === 'delivered' || delivery.last_error === null ? '' : html`<div class="small">${sentence(delivery.last_error)}</div>`}
                              </td>
                            </tr>`,
                        )}
                      </tbody>
                    </table>
                  </div>`
            }
          </section>
        </div>
        <section class="card" aria-labelledby="change">
          <header><h2 id="change">Change</h2></header>
          <div class="body">
            ${problems.general === null ? '' : notice('err', problems.general, 'alert')}
            ${postForm(
              csrf,
              path,
              html`${await settingsFields(c, type, row, form, problems)}
                <div class="row"><button>Save</button></div>`,
              'form',
            )}
            <hr />
            ${confirmed(
              'Remove this destination…',
              'Events that still wait for it are not sent there any more, and its delivery history goes with it. The events themselves stay in the log.',
              postButton(csrf, `${path}/remove`, `Remove ${row.name}`, { className: 'danger' }),
            )}
          </div>
        </section>
      </div>`,
  })
}

function troubles(row: DestinationView): Html | '' {
  if (row.state === 'paused')
    return notice('warn', html`Paused: ${row.state_reason ?? 'by hand'}. Its events wait here.`)
  if (row.state === 'disabled')
    return notice(
      'err',
      html`Disabled: ${row.state_reason ?? 'it failed too long'}. Its events wait here. When the receiver works again,
      resume it: what waits is sent step by step.`,
    )
  if (row.failing_since !== null)
    return notice(
      'err',
      html`Every attempt fails; the first one did ${moment(row.failing_since)}.
      ${row.opened_until === null ? 'Events are tried again by the schedule' : html`Events are held; the next try: ${moment(row.opened_until)}`}.
      The attempts say what the receiver answered.`,
    )
  return ''
}

function paceText(delivery: DestinationView['delivery']): string {
  const { concurrency, rate_per_second: second, rate_per_minute: minute, strict_order: strict } = delivery
  const rate = second !== null ? `, ${second} a second at most` : minute !== null ? `, ${minute} a minute at most` : ''
  return `${concurrency} at a time${rate}${strict ? ', in order for each user' : ''}`
}

function peopleText(row: DestinationView): string {
  const ids = [...(row.user_ids ?? []), ...(row.reference_ids ?? [])]
  if (ids.length === 0) return 'all'
  return ids.length <= 3 ? ids.join(', ') : `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more`
}

function secretText(name: string, isSet: boolean): Html | string {
  if (isSet) return 'set, never shown'
  return name === 'signing_secret' ? html`the environment’s own: see <a href="/dashboard/keys">Keys</a>` : 'not set'
}
