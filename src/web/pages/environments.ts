// Separate worlds on one server: keys, sources, destinations and users of their own.
import { html } from 'hono/html'
import {
  addEnvironment,
  EnvironmentChange,
  listEnvironments,
  NewEnvironmentInput,
  storedOf,
  updateEnvironment,
} from '../../api/admin/environments.ts'
import { environmentSettings } from '../../api/environment-settings.ts'
import { parseInput } from '../../api/http/validate.ts'
import { ApiError } from '../../platform/errors.ts'
import { noProblems, type Problems, problemsOf } from '../form-problems.ts'
import { page } from '../layout.ts'
import { checkbox, field, postForm } from '../parts/form.ts'
import { badge, bytes, facts, moment, notice } from '../parts/show.ts'
import { type Form, formText, readForm } from '../query.ts'
import { type App, type Call, done, rememberEnvironment } from '../view.ts'

const KINDS = [
  ['testing', 'Testing'],
  ['staging', 'Staging'],
  ['production', 'Production'],
] as const

export function environmentPages(app: App): void {
  app.get('/dashboard/environments', (c) => environmentsPage(c))

  app.post('/dashboard/environments', async (c) => {
    const { ctx } = c.get('view')
    const form = await readForm(c)
    try {
      const input = parseInput(
        NewEnvironmentInput,
        { name: formText(form, 'name') ?? '', kind: formText(form, 'kind') },
        'form',
      )
      const created = await addEnvironment(ctx, input)
      rememberEnvironment(c, created.dev_id)
      return done(c, '/dashboard/keys', `${created.name} is made, and you are in it now. These are its keys.`)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return environmentsPage(c, { making: { form, problems: problemsOf(error, ['name', 'kind']) } })
    }
  })

  app.post('/dashboard/environments/settings', async (c) => {
    const { ctx, environment } = c.get('view')
    const form = await readForm(c)
    const most = formText(form, 'api_requests_per_minute')
    try {
      const input = parseInput(
        EnvironmentChange,
        {
          name: formText(form, 'own_name'),
          kind: formText(form, 'own_kind'),
          settings: {
            widget_name: formText(form, 'widget_name') ?? null,
            auth_error_style: formText(form, 'auth_error_style'),
            userinfo_bare_array: formText(form, 'userinfo_bare_array') === 'on',
            ...(form.api_requests_per_minute !== undefined && {
              api_requests_per_minute: most === undefined ? null : Number(most),
            }),
          },
        },
        'form',
      )
      await updateEnvironment(ctx, environment, input)
      return done(c, '/dashboard/environments', 'Saved.')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return environmentsPage(c, { changing: { form, problems: inOwnForm(error) } })
    }
  })
}

const OWN_NAMES = ['widget_name', 'auth_error_style', 'userinfo_bare_array', 'api_requests_per_minute']

/** The API's names of what the form of an environment's own settings calls otherwise. */
function inOwnForm(error: ApiError): Problems {
  const settings = OWN_NAMES.map((name) => `settings.${name}`)
  const { fields, general } = problemsOf(error, ['name', 'kind', ...settings])
  const named = Object.entries(fields).map(([name, text]) => [
    settings.includes(name) ? name.slice('settings.'.length) : `own_${name}`,
    text,
  ])
  return { fields: Object.fromEntries(named), general }
}

/** A form that was not taken: as it was typed, with what is wrong. */
interface Refused {
  form: Form
  problems: Problems
}

const UNTOUCHED: Refused = { form: {}, problems: noProblems }

async function environmentsPage(
  c: Call,
  { changing, making = UNTOUCHED }: { changing?: Refused; making?: Refused } = {},
): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const { form, problems } = making
  const own = changing?.problems ?? noProblems
  /** What stands in a field: what was typed, else what is stored. */
  const inOwn = (name: string, stored: string | number | null): string | number | null =>
    changing === undefined ? stored : (changing.form[name]?.[0] ?? '')
  const { data } = await listEnvironments(ctx)
  const settings = environmentSettings(environment)
  const stored = await storedOf(ctx, environment)
  const amount = ({ items, bytes: size }: typeof stored.events): string =>
    `${items.toLocaleString('en')}, ${bytes(size)}`
  const limits = (days: number | null, most: number | null): string =>
    [days === null ? null : `${days} days`, most === null ? null : `${most} MB`]
      .filter((each) => each !== null)
      .join(', ') || 'none'
  return page(c, {
    section: 'environments',
    title: 'Environments',
    lead: 'Each has its own dev-id, keys, sources, destinations and users. Nothing is shared between them.',
    status: problems === noProblems && own === noProblems ? 200 : 422,
    body: html`<div class="card">
        <div class="table">
          <table class="reflow">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Kind</th>
                <th scope="col">dev-id</th>
                <th scope="col">Made</th>
              </tr>
            </thead>
            <tbody>
              ${data.map(
                (row) =>
                  html`<tr ${row.dev_id === environment.dev_id ? html`aria-selected="true"` : ''}>
                    <td class="name">
                      <a href="/dashboard/environments?env=${encodeURIComponent(row.dev_id)}">${row.name}</a
                      >${row.dev_id === environment.dev_id ? html` <span class="small">you are here</span>` : ''}
                    </td>
                    <td>${badge(row.kind === 'production' ? 'info' : 'neutral', row.kind)}</td>
                    <td><code>${row.dev_id}</code></td>
                    <td>${moment(row.created_at)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </div>
      <div class="split even">
        <section class="card" aria-labelledby="settings">
          <header><h2 id="settings">Settings of ${environment.name}</h2></header>
          <div class="body">
            ${own.general === null ? '' : notice('err', own.general, 'alert')}
            ${postForm(
              csrf,
              '/dashboard/environments/settings',
              html`<div class="fields">
                  ${field({ name: 'own_name', label: 'Name', value: inOwn('own_name', environment.name), required: true, problem: own.fields.own_name })}
                  ${field({ name: 'own_kind', label: 'Kind', value: inOwn('own_kind', environment.kind), options: KINDS, problem: own.fields.own_kind })}
                </div>
                ${field({ name: 'widget_name', label: 'Name of your app in the connect widget', value: inOwn('widget_name', settings.widget_name), placeholder: 'Moonrise Health', hint: 'Empty: the widget names no app.', problem: own.fields.widget_name })}
                ${field({
                  name: 'auth_error_style',
                  label: 'A failed sign-in sends',
                  value: inOwn('auth_error_style', settings.auth_error_style),
                  problem: own.fields.auth_error_style,
                  options: [
                    ['auth_cancelled', 'auth_cancelled'],
                    ['auth', 'auth with status error (older)'],
                  ],
                })}
                ${checkbox({ name: 'userinfo_bare_array', label: 'userInfo by reference answers a bare array', hint: 'Otherwise {"users": […]}.', checked: changing === undefined ? settings.userinfo_bare_array : inOwn('userinfo_bare_array', null) === 'on' })}
                ${field({ name: 'api_requests_per_minute', label: 'Requests a minute for each API key', type: 'number', min: 1, max: 1_000_000, value: inOwn('api_requests_per_minute', settings.api_requests_per_minute), hint: 'More are answered 429. Empty: no limit.', problem: own.fields.api_requests_per_minute })}
                <div class="row"><button>Save</button></div>`,
              'form',
            )}
          </div>
        </section>
        <section class="card" aria-labelledby="kept">
          <header><h2 id="kept">What is kept of what was sent</h2></header>
          <div class="body">
            ${facts([
              ['Events', amount(stored.events)],
              ['Limits of events', limits(settings.events_retention_days, settings.events_retention_mb)],
              ['Failed attempts', amount(stored.attempts)],
              ['Limits of attempts', limits(settings.attempts_retention_days, settings.attempts_retention_mb)],
              ['Counted until', moment(stored.events.counted_until, 'not yet')],
            ])}
            <p class="hint">Set with <code>PATCH /admin/v1/environments/${environment.dev_id}</code>.</p>
          </div>
        </section>
        <section class="card" aria-labelledby="new">
          <header><h2 id="new">Make another</h2></header>
          <div class="body">
            ${problems.general === null ? '' : notice('err', problems.general, 'alert')}
            ${postForm(
              csrf,
              '/dashboard/environments',
              html`${field({ name: 'name', label: 'Name', required: true, value: formText(form, 'name'), placeholder: 'Staging', problem: problems.fields.name })}
                ${field({ name: 'kind', label: 'Kind', value: formText(form, 'kind') ?? 'testing', options: KINDS, hint: 'Production shows a green band, so that nobody mistakes one for the other, and hides health values until they are asked for. Otherwise all behave alike.', problem: problems.fields.kind })}
                <div class="row"><button class="primary">Make it</button></div>`,
              'form',
            )}
          </div>
        </section>
      </div>`,
  })
}
