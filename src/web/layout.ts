// The frame around every page of the dashboard.
import type { Context as Request } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Html } from './parts/html.ts'
import { postButton } from './parts/form.ts'
import { icon, mark } from './parts/icon.ts'
import { badge, moment, notice } from './parts/show.ts'
import { SHOWN_MINUTES } from './privacy.ts'
import { assetHref } from './static.ts'
import type { Call, Theme, View } from './view.ts'

export type Section =
  | 'start'
  | 'users'
  | 'events'
  | 'simulator'
  | 'inspector'
  | 'sources'
  | 'destinations'
  | 'keys'
  | 'jobs'
  | 'environments'
  | 'audit'
  | 'more'

const MAIN: readonly Section[] = ['start', 'users', 'events', 'simulator', 'inspector']
const CONFIGURE: readonly Section[] = ['sources', 'destinations', 'keys']
const SYSTEM: readonly Section[] = ['jobs', 'audit', 'environments']
const BOTTOM: readonly Section[] = ['start', 'users', 'events', 'simulator', 'more']

const NAMES: Record<Section, string> = {
  start: 'Start',
  users: 'Users',
  events: 'Events',
  simulator: 'Simulator',
  inspector: 'Inspector',
  sources: 'Sources',
  destinations: 'Destinations',
  keys: 'Keys',
  jobs: 'Jobs',
  environments: 'Environments',
  audit: 'Audit log',
  more: 'More',
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export interface PageOptions {
  section: Section
  title: string
  /** Under the title. */
  lead?: Html | string
  /** Where the page hangs: links above the title. */
  crumbs?: readonly (readonly [label: string, path: string])[]
  /** Buttons beside the title. */
  actions?: Html | ''
  body: Html
  status?: ContentfulStatusCode
  /** Health values are on it, or would be if they were not hidden. */
  values?: boolean
  /** A list on the page is kept up to date: by a stream, which the top bar tells of, or by asking again. */
  live?: 'stream' | 'asking' | null
}

export function page(c: Call, options: PageOptions): Response | Promise<Response> {
  const view = c.get('view')
  const until = view.privacy.shownUntil
  // Left open, the page hides its values by itself, also without a script.
  if (options.values && until !== null) c.header('refresh', String(Math.ceil((until - view.ctx.clock.now()) / 1000)))
  return send(c, options.status ?? 200, {
    title: `${options.title} - ${view.environment.name} - Loam`,
    theme: view.theme,
    scripts: options.live ? ['islands/everywhere.js', 'islands/live.js'] : ['islands/everywhere.js'],
    body: frame(pathOf(c, options.section), view, options),
    production: view.environment.kind === 'production',
    environment: view.environment.dev_id,
  })
}

/** A page without the frame: signing in, and what goes wrong before anyone is signed in. */
export function alone(
  c: Request,
  options: { title: string; theme: Theme; body: Html; status?: ContentfulStatusCode },
): Response | Promise<Response> {
  return send(c, options.status ?? 200, {
    title: `${options.title} - Loam`,
    theme: options.theme,
    scripts: ['islands/everywhere.js'],
    body: html`<main class="alone"><a class="brand" href="/dashboard">${mark()}Loam</a>${options.body}</main>`,
    production: false,
    environment: '',
  })
}

function send(
  c: Request,
  status: ContentfulStatusCode,
  page: {
    title: string
    theme: Theme
    scripts: readonly string[]
    body: Html
    production: boolean
    environment: string
  },
): Response | Promise<Response> {
  c.header('content-security-policy', CONTENT_SECURITY_POLICY)
  c.header('x-frame-options', 'DENY')
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'same-origin')
  c.header('cross-origin-opener-policy', 'same-origin')
  c.header('cache-control', 'no-store')
  c.header('x-robots-tag', 'noindex')
  return c.html(
    html`<!doctype html>
      <html lang="en" dir="ltr" ${page.theme === 'auto' ? '' : html`data-theme="${page.theme}"`}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${page.title}</title>
          <meta name="color-scheme" content="light dark" />
          <link
            rel="preload"
            href="/static/fonts/atkinson-hyperlegible-next-latin.woff2"
            as="font"
            type="font/woff2"
            crossorigin
          />
          <link rel="stylesheet" href="${assetHref('tokens.css')}" />
          <link rel="stylesheet" href="${assetHref('app.css')}" />
          <link rel="icon" href="${assetHref('icon.svg')}" type="image/svg+xml" />
          ${page.scripts.map((name) => html`<script type="module" src="${assetHref(name)}"></script>`)}
        </head>
        <body class="${page.production ? 'production' : ''}" data-environment="${page.environment}">
          ${page.body}
        </body>
      </html>`,
    status,
  )
}

function frame(path: string, view: View, options: PageOptions): Html {
  return html`<a class="skip" href="#main">Skip to the content</a>
    <div class="frame">
      <nav class="side" aria-label="Dashboard">
        <a class="brand" href="/dashboard/start">${mark()}Loam</a>
        ${links(MAIN, options.section)}
        <h2>Configure</h2>
        ${links(CONFIGURE, options.section)}
        <h2>System</h2>
        ${links(SYSTEM, options.section)}
        <div class="side-end">${sideEnd(view, path)}</div>
      </nav>
      <div>
        <header class="top">
          ${environmentMenu(view, path)}
          <span class="gap"></span>
          ${valuesSwitch(view, path)}
          ${options.live === 'stream' ? html`<span class="live" data-state="off" role="status"><i></i><span class="only-js">Connecting</span><span class="only-no-js">Reload to see what is new</span></span>` : ''}
          ${options.live === 'asking' ? html`<span class="live" data-state="on" role="status"><i></i><span></span></span>` : ''}
        </header>
        <main id="main" tabindex="-1">
          ${view.notice === null ? '' : notice(view.notice.tone, view.notice.text, view.notice.tone === 'err' ? 'alert' : 'status')}
          <div class="head">
            <div>
              ${options.crumbs === undefined ? '' : html`<p class="crumb">${options.crumbs.map(([label, href]) => html`<a href="${href}">${label}</a> / `)}</p>`}
              <h1>${options.title}</h1>
              ${options.lead === undefined ? '' : html`<p>${options.lead}</p>`}
            </div>
            ${options.actions === undefined || options.actions === '' ? '' : html`<div class="row">${options.actions}</div>`}
          </div>
          ${options.values && view.privacy.hidden ? notice('info', html`Health values are hidden: <code>•••</code>. Showing them is noted in the <a href="/dashboard/audit?action=health_data">audit log</a>.`) : ''}
          ${options.body}
        </main>
      </div>
    </div>
    <nav class="bottom" aria-label="Main pages">
      ${BOTTOM.map((section) => link(section, current(section, options.section, BOTTOM)))}
    </nav>`
}

/** Where a form of the page leads back to. */
function pathOf(c: Call, section: Section): string {
  if (c.req.method !== 'GET') return `/dashboard/${section}`
  const { pathname, search } = new URL(c.req.url)
  return `${pathname}${search}`
}

function valuesSwitch({ csrf, privacy, environment }: View, back: string): Html {
  const label = privacy.hidden
    ? html`${icon('show')}Show values<span class="wide-only"
          >${environment.kind === 'production' ? ` for ${SHOWN_MINUTES} minutes` : ''}</span
        >`
    : html`${icon('hide')}Hide values`
  return html`${privacy.shownUntil === null ? '' : html`<span class="small wide-only">Values are hidden again ${moment(privacy.shownUntil)}</span>`}
  ${postButton(csrf, '/dashboard/values', label, {
    className: 'dense',
    fields: { values: privacy.hidden ? 'show' : 'hide', back },
  })}`
}

function links(sections: readonly Section[], here: Section): Html {
  return html`<ul class="nav">
    ${sections.map((section) => html`<li>${link(section, section === here)}</li>`)}
  </ul>`
}

function link(section: Section, isCurrent: boolean): Html {
  return html`<a href="/dashboard/${section}" ${isCurrent ? html`aria-current="page"` : ''}
    >${icon(section)}${NAMES[section]}</a
  >`
}

/** On a phone, what has no place in the bottom bar counts as “More”. */
function current(section: Section, here: Section, shown: readonly Section[]): boolean {
  return section === here || (section === 'more' && !shown.includes(here))
}

function environmentMenu(view: View, path: string): Html {
  return html`<details class="menu">
    <summary><span class="visually-hidden">Environment: </span>${view.environment.name}${icon('down')}</summary>
    <div class="panel">
      ${view.environments.map(
        (environment) =>
          html`<a
            href="${path}?env=${encodeURIComponent(environment.dev_id)}"
            ${environment.id === view.environment.id ? html`aria-current="true"` : ''}
            >${environment.name}${badge(environment.kind === 'production' ? 'info' : 'neutral', environment.kind)}</a
          >`,
      )}
      <a href="/dashboard/environments">Manage environments</a>
    </div>
  </details>`
}

/** Also the foot of the page “More”. */
export function sideEnd(view: View, path: string): Html {
  const themes = [
    ['auto', 'System'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ] as const
  return html`<ul class="nav">
      <li><a href="/docs">${icon('docs')}API reference</a></li>
      <li>
        <form method="post" action="/dashboard/sign-out">
          <input type="hidden" name="csrf" value="${view.csrf}" /><button>${icon('leave')}Sign out</button>
        </form>
      </li>
    </ul>
    <form class="themes" method="post" action="/dashboard/theme">
      <input type="hidden" name="csrf" value="${view.csrf}" /><input type="hidden" name="back" value="${path}" />
      ${themes.map(([value, label]) => html`<button name="theme" value="${value}" aria-pressed="${String(view.theme === value)}"><span class="visually-hidden">Colours: </span>${label}</button>`)}
    </form>`
}

/** For phones: every page that the bottom bar has no room for. */
export function morePage(c: Call): Response | Promise<Response> {
  const view = c.get('view')
  return page(c, {
    section: 'more',
    title: 'More',
    body: html`<div class="card">
      <div class="body">
        ${links(['inspector', ...CONFIGURE, ...SYSTEM], 'more')}
        <hr />
        ${sideEnd(view, c.req.path)}
      </div>
    </div>`,
  })
}
