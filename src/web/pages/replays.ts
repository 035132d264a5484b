// What was sent again, and how far it is.
import { html } from 'hono/html'
import { type DestinationView, listDestinations } from '../../api/admin/destinations.ts'
import { cancelReplay, getReplay, listReplays, type ReplayView, resumeReplay } from '../../api/admin/replays.ts'
import { ApiError } from '../../platform/errors.ts'
import { sentence } from '../form-problems.ts'
import { page } from '../layout.ts'
import { postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { badge, empty, facts, moment, notice, plural, sourceName } from '../parts/show.ts'
import { jobState } from '../parts/states.ts'
import { queryText, withQuery } from '../query.ts'
import { type App, type Call, done, refused } from '../view.ts'
import { NEW_REPLAY, replayFormPages } from './replay-form.ts'

const PATH = '/dashboard/replays'
const EVERY_MS = 1500

export function replayPages(app: App): void {
  replayFormPages(app)
  app.get(PATH, (c) => listPage(c))
  app.get(`${PATH}/:id`, (c) => detailPage(c))

  app.post(`${PATH}/:id/:action{cancel|resume}`, async (c) => {
    const { ctx, environment } = c.get('view')
    const { id, action } = c.req.param()
    const path = `${PATH}/${id}`
    try {
      if (action === 'cancel') {
        await cancelReplay(ctx, environment, { replay_id: id })
        return done(c, path, 'Stopped. What it had queued is still delivered.')
      }
      await resumeReplay(ctx, environment, { replay_id: id })
      return done(c, path, 'It goes on where it stopped.')
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      return refused(c, path, sentence(error.message))
    }
  })
}

async function listPage(c: Call): Promise<Response> {
  const { ctx, environment } = c.get('view')
  const cursor = queryText(c, 'cursor')
  const [replays, destinations] = await Promise.all([
    listReplays(ctx, environment, cursor === undefined ? {} : { cursor }),
    listDestinations(ctx, environment),
  ])
  const moving = replays.data.some(isOpen)
  return page(c, {
    section: 'events',
    title: 'Replays',
    crumbs: [['Events', '/dashboard/events']],
    lead: 'Events that were sent again, many at once. Newest first.',
    actions: html`<a class="button primary" href="${NEW_REPLAY}">Send events again</a>`,
    live: moving ? 'asking' : null,
    body: html`<div class="card">
      ${
        replays.data.length === 0
          ? empty(
              'Nothing was sent again yet. When a receiver was down or lost something, send it here once more.',
              html`<a class="button" href="${NEW_REPLAY}">Choose events</a>`,
            )
          : html`<div class="table">
                <table class="reflow">
                  <thead>
                    <tr>
                      <th scope="col">Started</th>
                      <th scope="col">Events</th>
                      <th scope="col">To</th>
                      <th scope="col">State</th>
                      <th scope="col">Progress</th>
                    </tr>
                  </thead>
                  <tbody data-live ${moving ? html`data-every="${EVERY_MS}"` : ''}>
                    ${replays.data.map((row) => listRow(row, destinations.data))}
                  </tbody>
                </table>
              </div>
              <div class="pager">
                <span class="small">${plural(replays.data.length, 'replay')} shown</span
                >${replays.next_cursor === null ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: replays.next_cursor })}">Older</a>`}
              </div>`
      }
    </div>`,
  })
}

function listRow(row: ReplayView, destinations: readonly DestinationView[]): Html {
  return html`<tr data-id="${row.id}">
    <td><a href="${PATH}/${row.id}">${moment(row.created_at)}</a></td>
    <td class="cut">${what(row)}</td>
    <td class="cut">${target(row, destinations)}</td>
    <td>${state(row)}</td>
    <td>${progress(row)}</td>
  </tr>`
}

async function detailPage(c: Call): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const row = await getReplay(ctx, environment, { replay_id: c.req.param('id')! })
  const destinations = (await listDestinations(ctx, environment)).data
  const path = `${PATH}/${row.id}`
  return page(c, {
    section: 'events',
    title: 'Replay',
    crumbs: [
      ['Events', '/dashboard/events'],
      ['Replays', PATH],
    ],
    lead: what(row),
    live: isOpen(row) ? 'asking' : null,
    actions: html`<a class="button" href="${again(row)}">Choose the same again</a>`,
    body: html`<section class="card narrow" aria-labelledby="far">
        <header><h2 id="far">How far</h2></header>
        <div class="body" data-live ${isOpen(row) ? html`data-every="${EVERY_MS}"` : ''}>
          <div class="stack" data-id="${row.id}">
            <div class="row">${state(row)}</div>
            <div>${progress(row)}</div>
            ${row.last_error === null ? '' : notice('err', row.last_error)}
            <p class="small">${remaining(row)}</p>
            <div class="row">
              ${isOpen(row) ? postButton(csrf, `${path}/cancel`, 'Stop') : ''}${row.state === 'cancelled' || row.state === 'failed' ? postButton(csrf, `${path}/resume`, 'Go on') : ''}
            </div>
          </div>
        </div>
      </section>
      <section class="card narrow" aria-labelledby="what">
        <header><h2 id="what">What is sent</h2></header>
        <div class="body">
          ${facts([
            ['Types', row.types.length === 0 ? 'any' : row.types.join(', ')],
            ['Result', row.only_failed ? 'failed, and not delivered since' : 'any'],
            ['That went to', row.sent_to === null ? 'any destination, or none' : nameOf(row.sent_to, destinations)],
            ['Source', row.provider === null ? 'any' : sourceName(row.provider)],
            [
              'user_id',
              row.user_id === null
                ? 'any'
                : html`<a class="mono" href="/dashboard/users/${row.user_id}">${row.user_id}</a>`,
            ],
            ['reference_id', row.reference_id ?? 'any'],
            ['From', row.since === null ? 'the first one' : html`<code>${row.since}</code>`],
            ['Until', html`<code>${row.until}</code>`],
            ['Sent to', target(row, destinations)],
            ['Rate', `${plural(row.rate_per_second, 'event')} per second at most`],
            ['Started', moment(row.created_at)],
            ['Ended', moment(row.finished_at)],
          ])}
        </div>
      </section>`,
  })
}

function isOpen(row: ReplayView): boolean {
  return row.state === 'pending' || row.state === 'running'
}

/** Between two steps it waits for its rate: to whoever looks, it is running. */
function state(row: ReplayView): Html {
  if (row.state === 'pending' && row.last_error === null && row.progress.done > 0) return badge('info', 'Running')
  return jobState(row)
}

function progress({ progress: { done, total } }: ReplayView): Html {
  // Without a value it says that it is under way, and not how far.
  if (total === null) {
    return html`<progress aria-label="Events queued"></progress><span class="small">${plural(done, 'event')}</span>`
  }
  return html`<progress value="${done}" max="${Math.max(total, 1)}" aria-label="Events queued"></progress
    ><span class="small">${done} of ${plural(total, 'event')}</span>`
}

function remaining(row: ReplayView): string {
  switch (row.state) {
    case 'done':
      return 'All of them are queued. How each fares stands in the event log.'
    case 'cancelled':
      return 'Stopped. What it had queued is still delivered.'
    case 'failed':
      return 'It gave up. “Go on” begins where it stopped.'
    default: {
      const { done, total } = row.progress
      if (total === null) return 'There are too many to count them beforehand.'
      const seconds = Math.ceil((total - done) / row.rate_per_second)
      return seconds < 60 ? 'Less than a minute left.' : `About ${plural(Math.ceil(seconds / 60), 'minute')} left.`
    }
  }
}

function what(row: ReplayView): string {
  const parts = [row.types.length === 0 ? 'All types' : row.types.join(', ')]
  if (row.only_failed) parts.push('failed only')
  if (row.provider !== null) parts.push(`from ${sourceName(row.provider)}`)
  const person = row.reference_id ?? row.user_id
  if (person !== null) parts.push(`about ${person}`)
  return parts.join(', ')
}

function target(row: ReplayView, destinations: readonly DestinationView[]): string {
  const only = row.destination_id ?? row.sent_to
  if (only !== null) return nameOf(only, destinations)
  return row.only_failed ? 'where each failed' : 'every one that wants it'
}

function nameOf(id: string, destinations: readonly DestinationView[]): string {
  return destinations.find((row) => row.id === id)?.name ?? 'a removed destination'
}

function again(row: ReplayView): string {
  const query = new URLSearchParams(row.types.map((type): [string, string] => ['types', type]))
  const also = {
    state: row.only_failed ? 'failed' : null,
    sent_to: row.sent_to,
    provider: row.provider,
    user_id: row.user_id,
    reference_id: row.reference_id,
    since: row.since?.slice(0, 16) ?? null,
    destination_id: row.destination_id,
    rate_per_second: String(row.rate_per_second),
  }
  for (const [name, value] of Object.entries(also)) if (value !== null) query.set(name, value)
  return `${NEW_REPLAY}?${query}`
}
