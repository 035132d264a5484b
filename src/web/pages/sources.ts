// Data sources: on and off, credentials, the addresses to register at the provider.
import { html } from 'hono/html'
import { getSource, listSources, putSource, SourceChange, type SourceView } from '../../api/admin/sources.ts'
import { parseInput } from '../../api/http/validate.ts'
import { connectorById } from '../../connectors/index.ts'
import { ApiError } from '../../platform/errors.ts'
import { noProblems, type Problems, problemsOf, sentence } from '../form-problems.ts'
import { page } from '../layout.ts'
import { confirmed, field, postButton, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { badge, copyField, facts, notice, plural } from '../parts/show.ts'
import { type Form, formText, readForm } from '../query.ts'
import { furtherFields, furtherSettings, settingNames } from './source-settings.ts'
import { type App, type Call, done, refused } from '../view.ts'

export function sourcePages(app: App): void {
  app.get('/dashboard/sources', async (c) => {
    const { ctx, environment, csrf } = c.get('view')
    const { data } = await listSources(ctx, environment)
    const ours = data.filter((source) => source.state !== 'not_available')
    const on = ours.filter((source) => source.enabled)
    const off = ours.filter((source) => !source.enabled)
    const others = data.filter((source) => source.state === 'not_available')
    return page(c, {
      section: 'sources',
      title: 'Sources',
      lead: html`What people can connect in ${environment.name}. ${plural(on.length, 'source')} of ${ours.length} on.`,
      body: html`${ctx.sandbox ? notice('info', 'The sandbox is on: a source without credentials runs against a built-in simulator of its provider, with made-up people. Add credentials to read real data.') : ''}
      ${group('On', on, csrf)}${group('Off', off, csrf)}${notHere(others)}`,
    })
  })

  app.get('/dashboard/sources/:provider', (c) => detail(c, {}, noProblems))

  app.post('/dashboard/sources/:provider/switch', async (c) => {
    const { ctx, environment } = c.get('view')
    const provider = c.req.param('provider')
    const enabled = formText(await readForm(c), 'enabled') === 'on'
    try {
      const source = await putSource(ctx, environment, { provider, enabled })
      return done(
        c,
        '/dashboard/sources',
        enabled
          ? `${source.name} is on: people see it in the widget.`
          : `${source.name} is off: nobody can connect it, and it is no longer read.`,
      )
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 422) throw error
      return refused(c, `/dashboard/sources/${provider}`, sentence(error.message))
    }
  })

  app.post('/dashboard/sources/:provider', async (c) => {
    const { ctx, environment } = c.get('view')
    const provider = c.req.param('provider')
    const form = await readForm(c)
    const scopes = formText(form, 'scopes')
      ?.split(/[\s,]+/)
      .filter((scope) => scope !== '')
    try {
      const change = parseInput(
        SourceChange,
        {
          client_id: formText(form, 'client_id'),
          // Write-only: empty means as it was.
          client_secret: formText(form, 'client_secret'),
          verification_token: formText(form, 'verification_token'),
          scopes: scopes === undefined || scopes.length === 0 ? null : scopes,
          ...furtherSettings(form, await getSource(ctx, environment, { provider })),
        },
        'form',
      )
      const source = await putSource(ctx, environment, { provider, ...change })
      return done(
        c,
        `/dashboard/sources/${source.provider}`,
        `Saved. ${source.state === 'ready' ? `${source.name} now uses your own application.` : ''}`.trim(),
      )
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 404) throw error
      return detail(
        c,
        form,
        problemsOf(error, ['client_id', 'client_secret', 'verification_token', 'scopes', ...settingNames(form)]),
      )
    }
  })

  app.post('/dashboard/sources/:provider/forget', async (c) => {
    const { ctx, environment } = c.get('view')
    const provider = c.req.param('provider')
    try {
      const source = await putSource(ctx, environment, { provider, client_id: null, client_secret: null })
      return done(c, `/dashboard/sources/${source.provider}`, 'The credentials are removed.')
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 422) throw error
      return refused(c, `/dashboard/sources/${provider}`, `Switch the source off first. ${sentence(error.message)}`)
    }
  })
}

function group(title: string, sources: readonly SourceView[], csrf: string): Html | '' {
  if (sources.length === 0) return ''
  return html`<section class="stack" aria-label="${title}">
    <h2>${title}</h2>
    <div class="cards">${sources.map((source) => card(source, csrf))}</div>
  </section>`
}

/** What people ask for and Loam cannot connect: said plainly, so that nobody searches on. */
function notHere(sources: readonly SourceView[]): Html | '' {
  if (sources.length === 0) return ''
  return html`<section class="stack" aria-labelledby="not-here">
    <h2 id="not-here">Not available</h2>
    <p class="small">Known by name, but this version cannot connect them, and the widget does not offer them.</p>
    <details>
      <summary>${plural(sources.length, 'source')}</summary>
      <p class="small">${sources.map((source) => source.name).join(', ')}</p>
    </details>
  </section>`
}

function card(source: SourceView, csrf: string): Html {
  return html`<article class="card">
    <div class="body">
      <div class="source">
        <img src="/static/providers/${source.provider.toLowerCase()}.svg" alt="" width="40" height="40" />
        <div>
          <h3><a href="/dashboard/sources/${source.provider}">${source.name}</a></h3>
          <p class="small">${source.tagline}</p>
        </div>
        ${switchForm(source, csrf)}
      </div>
      <div class="row between"><span class="small">${source.types.join(', ')}</span>${stateBadge(source)}</div>
    </div>
  </article>`
}

function switchForm(source: SourceView, csrf: string): Html {
  return html`<form method="post" action="/dashboard/sources/${source.provider}/switch">
    <input type="hidden" name="csrf" value="${csrf}" /><input
      type="hidden"
      name="enabled"
      value="${source.enabled ? 'off' : 'on'}"
    /><button
      class="switch"
      role="switch"
      aria-checked="${String(source.enabled)}"
      aria-label="${source.name}"
    ></button>
  </form>`
}

function stateBadge(source: SourceView): Html {
  if (source.state === 'sandbox') return badge('info', 'Sandbox')
  if (source.state === 'ready') return badge('ok', 'Own credentials')
  if (source.state === 'not_available') return badge('neutral', 'Not available')
  return badge('warn', 'Needs credentials')
}

async function detail(c: Call, form: Form, problems: Problems): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const source = await getSource(ctx, environment, { provider: c.req.param('provider')! })
  const path = `/dashboard/sources/${source.provider}`
  if (source.state === 'not_available') return unavailable(c, source)
  return page(c, {
    section: 'sources',
    title: source.name,
    crumbs: [['Sources', '/dashboard/sources']],
    lead: html`${source.tagline} ${stateBadge(source)}`,
    actions: html`<span class="row"><span>${source.enabled ? 'On' : 'Off'}</span>${switchForm(source, csrf)}</span>`,
    status: problems === noProblems ? 200 : 422,
    body: html`${explained(source)}
      <div class="split even">
        <section class="card" aria-labelledby="credentials">
          <header>
            <h2 id="credentials">Credentials</h2>
            ${source.credentials_url === null ? '' : html`<a href="${source.credentials_url}" rel="noreferrer">Get them at the provider</a>`}
          </header>
          <div class="body">
            ${problems.general === null ? '' : notice('err', problems.general, 'alert')}
            ${postForm(
              csrf,
              path,
              html`${field({ name: 'client_id', label: 'Client id', value: formText(form, 'client_id') ?? source.client_id, mono: true, problem: problems.fields.client_id })}
                ${field({
                  name: 'client_secret',
                  label: 'Client secret',
                  type: 'password',
                  autocomplete: 'new-password',
                  mono: true,
                  problem: problems.fields.client_secret,
                  placeholder: source.client_secret ?? '',
                  hint:
                    source.client_secret === null
                      ? 'Stored encrypted, never shown again.'
                      : `Stored: ${source.client_secret}. Leave this empty to keep it.`,
                })}
                ${field({ name: 'scopes', label: 'Scopes', value: formText(form, 'scopes') ?? source.scopes?.join(' ') ?? '', mono: true, problem: problems.fields.scopes, hint: `Empty asks for: ${source.default_scopes.join(' ')}` })}
                ${field({ name: 'verification_token', label: 'Verification token', type: 'password', autocomplete: 'new-password', mono: true, problem: problems.fields.verification_token, hint: 'Only where you choose the secret of the provider’s notifications yourself. One is made up otherwise.' })}
                ${furtherFields(source, form, problems)}
                <div class="row"><button class="primary">Save</button></div>`,
              'form',
            )}
            ${
              source.client_id === null
                ? ''
                : confirmed(
                    'Remove the credentials…',
                    'People who connected with them stay, but their sign-ins can no longer be renewed.',
                    postButton(csrf, `${path}/forget`, `Remove the credentials of ${source.name}`, {
                      className: 'danger',
                    }),
                  )
            }
          </div>
        </section>
        <div class="stack wide">
          <section class="card" aria-labelledby="register">
            <header><h2 id="register">Register at the provider</h2></header>
            <div class="body">${addresses(source)}</div>
          </section>
          <section class="card" aria-labelledby="gives">
            <header><h2 id="gives">What it gives</h2></header>
            <div class="body">
              ${facts([
                ['Types', source.types.join(', ')],
                ['History', source.history_days === null ? 'no known limit' : plural(source.history_days, 'day')],
                ['Name in the API', html`<code>${source.provider}</code>`],
              ])}
              <p><a href="/dashboard/users?provider=${source.provider}">Users of ${source.name}</a></p>
            </div>
          </section>
        </div>
      </div>`,
  })
}

function unavailable(c: Call, source: SourceView): Response | Promise<Response> {
  return page(c, {
    section: 'sources',
    title: source.name,
    crumbs: [['Sources', '/dashboard/sources']],
    lead: stateBadge(source),
    body: notice('info', `This version of Loam cannot connect ${source.name}.`),
  })
}

function addresses(source: SourceView): Html {
  return html`${
    source.callback_url === null
      ? html`<p>People sign in on a form of ours: there is no redirect URL.</p>`
      : html`<div class="field">
          <h3>Redirect URL</h3>
          ${copyField(source.callback_url, 'redirect URL')}
          <p class="hint">Exactly as it stands here, in your application’s settings there.</p>
        </div>`
  }${
    source.hook_url === null
      ? ''
      : html`<div class="field">
          <h3>Notification URL</h3>
          ${copyField(source.hook_url, 'notification URL')}
          <p class="hint">
            Where the provider tells us that there is something new.
            ${source.hook_url.includes('?key=') ? 'The key in it is a secret: this provider signs nothing.' : ''}
          </p>
        </div>`
  }`
}

/** An API that took the place of another one has people to move. */
function movable(source: SourceView): Html | '' {
  if (connectorById(source.provider)?.replaces === undefined) return ''
  const path = `/dashboard/sources/${source.provider}/move`
  return notice('info', html`Its old API ended. <a href="${path}">Move the people who used it</a>.`)
}

function explained(source: SourceView): Html {
  return html`${
    source.unofficial
      ? notice(
          'warn',
          `${source.name} offers this interface to its own app only. It may end without notice, and its terms may forbid it.`,
        )
      : ''
  }${source.notice === null ? '' : notice('info', source.notice)}${movable(source)}${stateExplained(source)}`
}

function stateExplained(source: SourceView): Html | '' {
  if (source.state === 'sandbox') {
    return notice(
      'info',
      `No credentials: ${source.name} runs against the built-in simulator. Everything works as with the real one, with made-up people.`,
    )
  }
  if (source.state === 'needs_credentials') {
    return notice('warn', `${source.name} needs a client id and secret of your own before it can be switched on.`)
  }
  return ''
}
