// The first page: five steps that tick themselves, the calls to copy, and a link to try it all.
import { html } from 'hono/html'
import { type DeliveryView, listDeliveries } from '../../api/admin/deliveries.ts'
import { listDestinations } from '../../api/admin/destinations.ts'
import { listEvents } from '../../api/admin/events.ts'
import { showKeys } from '../../api/admin/keys.ts'
import { listSources } from '../../api/admin/sources.ts'
import { listUsers } from '../../api/admin/users.ts'
import { generateWidgetSession } from '../../api/v2/auth.ts'
import { RedirectUrl } from '../../api/v2/redirect-url.ts'
import { DATA_TYPES } from '../../model/data-type.ts'
import { ApiError } from '../../platform/errors.ts'
import { noProblems, type Problems, problemsOf } from '../form-problems.ts'
import { page } from '../layout.ts'
import { checkbox, field, postButton, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { icon } from '../parts/icon.ts'
import { codeBlock, copyField, moment, notice, sourceName } from '../parts/show.ts'
import { type Form, formText, queryText, readForm } from '../query.ts'
import { type Language, LANGUAGES, snippet } from '../snippets.ts'
import type { App, Call } from '../view.ts'

const SESSION_ID = /^[0-9a-f-]{36}$/
const HIDDEN_KEY = '<YOUR-API-KEY>'

export function startPages(app: App): void {
  app.get('/dashboard/start', (c) => startPage(c, {}))
  // An answer to a form: the key must not be reachable by an address.
  app.post('/dashboard/start/reveal', (c) => startPage(c, { reveal: true }))

  app.post('/dashboard/start/link', async (c) => {
    const { ctx, environment } = c.get('view')
    const form = await readForm(c)
    try {
      const session = await generateWidgetSession(ctx, environment, {
        reference_id: formText(form, 'reference_id') ?? null,
        providers: form.providers?.length ? form.providers : null,
        language: formText(form, 'language') ?? null,
        auth_success_redirect_url: returnUrl(formText(form, 'success_url')),
        show_disconnect: formText(form, 'show_disconnect') === 'on',
      })
      return c.redirect(`/dashboard/start?session=${session.session_id}#link`, 303)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return startPage(c, { form, problems: problemsOf(error, ['reference_id', 'providers', 'success_url']) })
    }
  })
}

function returnUrl(text: string | undefined): string | null {
  if (text === undefined) return null
  const url = RedirectUrl.safeParse(text)
  if (url.success) return url.data
  throw new ApiError('invalid_request', 400, `success_url: ${url.error.issues[0]?.message ?? 'is no URL'}`)
}

interface Step {
  done: boolean
  title: string
  text: Html | string
  action: Html | ''
}

async function startPage(c: Call, options: { reveal?: boolean; form?: Form; problems?: Problems }): Promise<Response> {
  const { environment } = c.get('view')
  const steps = await stepsOf(c)
  const left = steps.filter((step) => !step.done).length
  return page(c, {
    section: 'start',
    title: left === 0 ? 'Everything works' : 'Start',
    lead:
      left === 0
        ? `A person, a sign-in, data and delivery: ${environment.name} has done it all at least once.`
        : 'From nothing to the first data event. Each step ticks itself when it has really happened.',
    live: left > 0 ? 'stream' : null,
    status: options.problems === undefined ? 200 : 422,
    body: html`<div class="split even">
      <section class="card" aria-label="Steps">
        <ol
          class="steps"
          ${left > 0 ? html`data-live="/admin/v1/events/stream?dev_id=${encodeURIComponent(environment.dev_id)}"` : ''}
        >
          ${steps.map(stepRow)}
        </ol>
      </section>
      <div class="stack wide">
        ${await linkCard(c, options.form ?? {}, options.problems ?? noProblems)}${await callCard(c, options.reveal === true)}
      </div>
    </div>`,
  })
}

function stepRow(step: Step, i: number): Html {
  return html`<li data-id="${i}" class="${step.done ? 'done' : ''}">
    <span class="tick"
      >${step.done ? html`${icon('check')}<span class="visually-hidden">Done: </span>` : String(i + 1)}</span
    >
    <div>
      <h2>${step.title}</h2>
      <p>${step.text}</p>
    </div>
    <div class="act">${step.done ? '' : step.action}</div>
  </li>`
}

async function stepsOf(c: Call): Promise<Step[]> {
  const { ctx, environment, csrf } = c.get('view')
  const [sources, destinations, users, auth, data] = await Promise.all([
    listSources(ctx, environment),
    listDestinations(ctx, environment),
    listUsers(ctx, environment, { limit: 1 }),
    latest(c, ['auth']),
    latest(c, DATA_TYPES),
  ])
  const on = sources.data.filter((source) => source.enabled)
  const active = destinations.data.filter((destination) => destination.state === 'active')
  const user = users.data[0]
  return [
    {
      done: on.length > 0,
      title: 'Switch a source on',
      text:
        on.length === 0
          ? 'A source is where data comes from. The sandbox plays one without an account.'
          : namesOf(on.map((source) => source.name)),
      action: html`<a class="button" href="/dashboard/sources">Sources</a>`,
    },
    {
      done: active.length > 0,
      title: 'Add a destination',
      text:
        active.length === 0
          ? 'Where events go: a URL of yours, or the built-in inspector to begin with.'
          : namesOf(active.map((row) => row.name)),
      action: postButton(csrf, '/dashboard/destinations/inspector', 'Add the inspector'),
    },
    {
      done: user !== undefined,
      title: 'Connect someone',
      text:
        user === undefined
          ? 'Make a link, open it as a person would, choose a source and agree.'
          : html`<a href="/dashboard/users/${user.user_id}">${user.reference_id ?? user.user_id}</a> connected
              ${sourceName(user.provider)} ${moment(user.created_at)}`,
      action: html`<a class="button primary" href="#link">Make a link</a>`,
    },
    { ...arrival(auth, 'Nothing yet. It is sent the moment someone has connected.'), title: 'The auth event arrives' },
    {
      ...arrival(data, 'Nothing yet. The first days are read as soon as someone has connected.'),
      title: 'The first data arrives',
    },
  ]
}

type Arrival = { delivery: DeliveryView | null; sent: boolean; isLongAgo: boolean }

const ONE = { limit: 1, lookForMs: 50 }

/** The newest delivery of one of these types that arrived, else one that did not. */
async function latest(c: Call, types: readonly string[]): Promise<Arrival> {
  const { ctx, environment } = c.get('view')
  const delivered = await Promise.all(
    types.map((type) => listDeliveries(ctx, environment, { type, state: 'delivered', ...ONE })),
  )
  const arrived = newest(delivered.flatMap((list) => list.data))
  if (arrived !== null) return { delivery: arrived, sent: true, isLongAgo: false }
  const [tried, events] = await Promise.all([
    Promise.all(types.map((type) => listDeliveries(ctx, environment, { type, ...ONE }))),
    Promise.all(types.map((type) => listEvents(ctx, environment, { type, ...ONE }))),
  ])
  return {
    delivery: newest(tried.flatMap((list) => list.data)),
    sent: events.some((list) => list.data.length > 0),
    isLongAgo: events.some((list) => list.data.length === 0 && list.next_cursor !== null),
  }
}

function newest(deliveries: DeliveryView[]): DeliveryView | null {
  return deliveries.sort((a, b) => b.created_at.localeCompare(a.created_at))[0] ?? null
}

function arrival({ delivery, sent, isLongAgo }: Arrival, nothing: string): Omit<Step, 'title'> {
  if (delivery === null && !sent && isLongAgo)
    return { done: true, text: 'Not among the newest of many events.', action: '' }
  if (delivery === null) {
    return { done: false, text: sent ? 'It was made, but no destination wanted it.' : nothing, action: '' }
  }
  const action = html`<a class="button" href="/dashboard/events/${delivery.event_id}">Look at it</a>`
  const where = delivery.destination_name ?? 'the destination'
  if (delivery.state === 'delivered') {
    return {
      done: true,
      text: html`<a href="/dashboard/events/${delivery.event_id}">${delivery.event_type}</a> reached ${where}
        ${moment(delivery.finished_at ?? delivery.created_at)}`,
      action: '',
    }
  }
  if (delivery.last_error === null) return { done: false, text: `On its way to ${where}.`, action }
  const next =
    delivery.next_at !== null
      ? html`Next try ${moment(delivery.next_at)}.`
      : delivery.held
        ? 'It is held until the destination goes on.'
        : 'It will not be tried again by itself.'
  return { done: false, text: html`${where}: ${delivery.last_error}. ${next}`, action }
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, 3)
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}

async function callCard(c: Call, reveal: boolean): Promise<Html> {
  const { ctx, environment, csrf } = c.get('view')
  const language = LANGUAGES.map(([value]) => value).find((value) => value === queryText(c, 'lang')) ?? 'curl'
  const keys = await showKeys(ctx, environment, { reveal })
  const apiKey = reveal ? (keys.api_keys[0]?.api_key ?? HIDDEN_KEY) : HIDDEN_KEY
  return html`<section class="card" aria-labelledby="call">
    <header>
      <h2 id="call">Call it from your code</h2>
      ${
        reveal
          ? ''
          : postButton(csrf, `/dashboard/start/reveal?lang=${language}#call`, 'Fill in the API key', {
              className: 'dense',
            })
      }
    </header>
    <div class="body">
      <nav class="tabs" aria-label="Language">
        ${LANGUAGES.map(([value, label]) => html`<a href="/dashboard/start?lang=${value}#call" ${value === language ? html`aria-current="true"` : ''}>${label}</a>`)}
      </nav>
      ${codeBlock(snippet(language, { publicUrl: ctx.publicUrl, devId: environment.dev_id, apiKey }), `Make a session with ${labelOf(language)}`)}
      <p class="hint">Code written for Terra keeps working: only the base URL and the credentials change.</p>
    </div>
  </section>`
}

function labelOf(language: Language): string {
  return LANGUAGES.find(([value]) => value === language)![1]
}

async function linkCard(c: Call, form: Form, problems: Problems): Promise<Html> {
  const { ctx, environment, csrf } = c.get('view')
  const sources = (await listSources(ctx, environment)).data.filter((source) => source.enabled)
  const session = queryText(c, 'session')
  const url = session !== undefined && SESSION_ID.test(session) ? `${ctx.publicUrl}/session/${session}` : null
  return html`<section class="card" id="link" aria-labelledby="link-title">
    <header><h2 id="link-title">Make a connect link</h2></header>
    <div class="body">
      ${
        url === null
          ? ''
          : html`${copyField(url, 'connect link')}
              <div class="row">
                <a class="button primary" href="${url}" target="_blank" rel="noopener">Open it ${icon('out')}</a
                ><span class="small">Works for 15 minutes, for one person.</span>
              </div>
              <hr />`
      }
      ${problems.general === null ? '' : notice('err', problems.general, 'alert')}
      ${postForm(
        csrf,
        '/dashboard/start/link',
        html`${field({ name: 'reference_id', label: 'reference_id', value: formText(form, 'reference_id') ?? queryText(c, 'reference_id') ?? 'my_first_connection', hint: 'Your own name for this person. Every event about them carries it.', problem: problems.fields.reference_id })}
          <details ${Object.keys(form).length > 0 ? html`open` : ''}>
            <summary>More choices</summary>
            <div class="stack">
              ${
                sources.length < 2
                  ? ''
                  : html`<fieldset>
                      <legend>Only these sources</legend>
                      <div class="choices">
                        ${sources.map((source) => checkbox({ name: 'providers', value: source.provider, label: source.name, checked: form.providers?.includes(source.provider) ?? false }))}
                      </div>
                    </fieldset>`
              }
              ${field({ name: 'success_url', label: 'Return to after success', value: formText(form, 'success_url') ?? '', placeholder: 'myapp://connected', problem: problems.fields.success_url, hint: 'Any address of your app. Empty shows a page of ours.' })}
              ${field({ name: 'language', label: 'Language', value: formText(form, 'language') ?? '', placeholder: 'de', hint: 'Empty: what the browser prefers.' })}
              ${checkbox({ name: 'show_disconnect', label: 'Let them disconnect there too', checked: form.show_disconnect !== undefined })}
            </div>
          </details>
          <div class="row"><button class="${url === null ? 'primary' : ''}">Make a link</button></div>`,
        'form',
      )}
    </div>
  </section>`
}
