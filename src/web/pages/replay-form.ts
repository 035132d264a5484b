// Choosing what is sent again: the filter lives in the address, is counted first, and only then started.
import { html } from 'hono/html'
import { type DestinationView, listDestinations } from '../../api/admin/destinations.ts'
import { replay, ReplayInput, type ReplayResult } from '../../api/admin/replays.ts'
import { connectors } from '../../connectors/index.ts'
import { EVENT_TYPES } from '../../model/events.ts'
import { ApiError } from '../../platform/errors.ts'
import { type Problems, noProblems, problemsOf } from '../form-problems.ts'
import { page } from '../layout.ts'
import { checkbox, field, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { bytes, codeBlock, empty, notice, plural } from '../parts/show.ts'
import { type Form, formText, readForm } from '../query.ts'
import { type App, type Call, done } from '../view.ts'

export const NEW_REPLAY = '/dashboard/replays/new'

const NAMES = [
  'types',
  'provider',
  'user_id',
  'reference_id',
  'state',
  'sent_to',
  'since',
  'until',
  'destination_id',
  'rate_per_second',
] as const

export function replayFormPages(app: App): void {
  app.get(NEW_REPLAY, (c) => {
    const form = formOf(c)
    return formPage(c, form, { counts: formText(form, 'count') !== undefined })
  })

  app.post(NEW_REPLAY, async (c) => {
    const { ctx, environment } = c.get('view')
    const form = await readForm(c)
    try {
      const result = await replay(ctx, environment, inputOf(form, false))
      return done(c, `/dashboard/replays/${result.replay_id}`, `Started: ${howMany(result)} will be sent again.`)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return formPage(c, form, { problems: problemsOf(error, NAMES) })
    }
  })
}

/** The filter as the API takes it, whose times are UTC as the fields' labels say. */
function inputOf(form: Form, dryRun: boolean) {
  const rate = formText(form, 'rate_per_second')
  const parsed = ReplayInput.safeParse({
    types: (form.types ?? []).filter((type) => type !== ''),
    provider: formText(form, 'provider'),
    user_id: formText(form, 'user_id'),
    reference_id: formText(form, 'reference_id'),
    state: formText(form, 'state') ?? 'all',
    sent_to: formText(form, 'sent_to'),
    since: formText(form, 'since'),
    until: formText(form, 'until'),
    destination_id: formText(form, 'destination_id'),
    ...(rate === undefined ? {} : { rate_per_second: Number(rate) }),
    dry_run: dryRun,
  })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new ApiError('invalid_request', 400, problems.join('; '))
}

function formOf(c: Call): Form {
  return Object.fromEntries(Object.entries(c.req.queries()))
}

async function formPage(c: Call, form: Form, show: { counts?: boolean; problems?: Problems }): Promise<Response> {
  const { ctx, environment } = c.get('view')
  const destinations = (await listDestinations(ctx, environment)).data
  let problems = show.problems ?? noProblems
  let counted: ReplayResult | null = null
  if (show.counts === true) {
    try {
      counted = await replay(ctx, environment, inputOf(form, true))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      problems = problemsOf(error, NAMES)
    }
  }
  return page(c, {
    section: 'events',
    title: 'Send events again',
    crumbs: [
      ['Events', '/dashboard/events'],
      ['Replays', '/dashboard/replays'],
    ],
    lead: 'Stored events, with the ids and bytes that they had. Count first: nothing is sent until you start.',
    status: problems === noProblems ? 200 : 422,
    body: html`<div class="split even">
      ${filterCard(form, destinations, problems)} ${countCard(c, form, destinations, counted)}
    </div>`,
  })
}

function filterCard(form: Form, destinations: readonly DestinationView[], { fields, general }: Problems): Html {
  const named = destinations.map(({ id, name }) => [id, name] as const)
  const value = (name: string): string => formText(form, name) ?? ''
  return html`<section class="card" aria-labelledby="which">
    <header><h2 id="which">Which events</h2></header>
    <div class="body">
      ${general === null ? '' : notice('err', general, 'alert')}
      <form class="form" method="get" action="${NEW_REPLAY}">
        <input type="hidden" name="count" value="1" />
        <div class="fields">
          ${field({
            name: 'state',
            label: 'Result',
            value: value('state'),
            problem: fields.state,
            options: [
              ['all', 'Any'],
              ['failed', 'Failed, and not delivered since'],
            ],
          })}
          ${field({ name: 'sent_to', label: 'That went to', value: value('sent_to'), problem: fields.sent_to, options: [['', 'Any destination, or none'], ...named] })}
          ${field({ name: 'provider', label: 'Source', value: value('provider'), problem: fields.provider, options: [['', 'Any source'], ...connectors.map(({ id, name }) => [id, name] as const)] })}
          ${field({ name: 'user_id', label: 'user_id', value: value('user_id'), problem: fields.user_id, mono: true })}
          ${field({ name: 'reference_id', label: 'reference_id', value: value('reference_id'), problem: fields.reference_id, mono: true })}
          ${field({ name: 'since', label: 'From (UTC)', type: 'datetime-local', value: value('since'), problem: fields.since })}
          ${field({ name: 'until', label: 'Until (UTC)', type: 'datetime-local', value: value('until'), problem: fields.until, hint: 'Empty: now.' })}
        </div>
        <details ${(form.types ?? []).length > 0 ? html`open` : ''}>
          <summary>Types${(form.types ?? []).length > 0 ? ` (${form.types!.length})` : ': any'}</summary>
          <div class="choices">
            ${EVENT_TYPES.map((type) => checkbox({ name: 'types', value: type, label: type, checked: form.types?.includes(type) ?? false }))}
          </div>
        </details>
        <hr />
        <div class="fields">
          ${field({ name: 'destination_id', label: 'Send to', value: value('destination_id'), problem: fields.destination_id, options: [['', 'Where they belong'], ...named], hint: 'A chosen one gets them whatever its filters say.' })}
          ${field({ name: 'rate_per_second', label: 'Events per second, at most', type: 'number', min: 1, max: 10_000, value: value('rate_per_second') || '100', problem: fields.rate_per_second })}
        </div>
        <div class="row"><button class="primary">Count</button><a class="button" href="${NEW_REPLAY}">Clear</a></div>
      </form>
    </div>
  </section>`
}

function countCard(c: Call, form: Form, destinations: readonly DestinationView[], counted: ReplayResult | null): Html {
  return html`<section class="card" aria-labelledby="count">
    <header><h2 id="count">What would be sent</h2></header>
    ${
      counted === null
        ? empty('Choose, then count. Counting sends nothing.')
        : counted.events === 0 && counted.complete
          ? empty('No stored event fits. Widen the choice; events that have ended are deleted after some days.')
          : html`<div class="body">
              <p role="status">
                <strong>${howMany(counted)}</strong>, ${bytes(counted.bytes)}, to ${whereTo(form, destinations)}.
              </p>
              <div class="table">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Type</th>
                      <th scope="col" class="number">Events</th>
                      <th scope="col" class="number">Size</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${counted.by_type.map(
                      (row) =>
                        html`<tr>
                          <td>${row.type}</td>
                          <td class="number">${row.events}</td>
                          <td class="number">${bytes(row.bytes)}</td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
              <p class="small">${howLong(counted, form)}</p>
              ${destinations.length === 0 ? html`<p><a href="/dashboard/destinations/new">Add a destination</a> first: there is none to send to.</p>` : startForm(c, form, counted.events)}
              <details>
                <summary>Show as command</summary>
                ${codeBlock(commandOf(form), 'command')}
              </details>
            </div>`
    }
  </section>`
}

function whereTo(form: Form, destinations: readonly DestinationView[]): string {
  const nameOf = (id: string | undefined) => destinations.find((row) => row.id === id)?.name
  const chosen = nameOf(formText(form, 'destination_id'))
  if (chosen !== undefined) return chosen
  const only = nameOf(formText(form, 'sent_to'))
  if (only !== undefined) return only
  return formText(form, 'state') === 'failed' ? 'where each failed' : 'every destination that wants them'
}

function howMany({ events, complete }: ReplayResult): string {
  return complete ? plural(events, 'event') : `at least ${plural(events, 'event')}`
}

function howLong({ events, complete }: ReplayResult, form: Form): string {
  const seconds = Math.ceil(events / Number(formText(form, 'rate_per_second') ?? 100))
  const about = seconds < 120 ? plural(seconds, 'second') : plural(Math.round(seconds / 60), 'minute')
  return `At this rate ${complete ? 'about' : 'at least'} ${about}. It runs in the lane of history and delays nothing that is new.`
}

/** What is started is what was counted: events that were made in between stay out. */
function startForm(c: Call, form: Form, events: number): Html {
  const { csrf, ctx } = c.get('view')
  const counted: Form = { ...form, until: form.until?.[0] ? form.until : [new Date(ctx.clock.now() + 1).toISOString()] }
  const fields = NAMES.flatMap((name) => (counted[name] ?? []).map((value) => [name, value] as const))
  return postForm(
    csrf,
    NEW_REPLAY,
    html`${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <div class="row"><button class="primary">Send ${plural(events, 'event')} again</button></div>`,
  )
}

const OPTIONS = {
  provider: '--provider',
  user_id: '--user',
  reference_id: '--reference-id',
  sent_to: '--sent-to',
  since: '--since',
  until: '--until',
  destination_id: '--destination',
  rate_per_second: '--rate',
} as const

function commandOf(form: Form): string {
  const parts = ['loam events replay']
  for (const type of form.types ?? []) parts.push(`--type ${type}`)
  if (formText(form, 'state') === 'failed') parts.push('--failed')
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = formText(form, name)
    if (value === undefined) continue
    parts.push(`${option} ${/^[\w:.-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`}`)
  }
  return parts.join(' ')
}
