// The dashboard: every page works without a script, and does nothing that /admin/v1 cannot do.
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ApiError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import { isUnavailable } from '../store/errors.ts'
import { sentence } from './form-problems.ts'
import { guard } from './guard.ts'
import { alone, morePage, page } from './layout.ts'
import { auditPages } from './pages/audit.ts'
import { destinationPages } from './pages/destination.ts'
import { destinationListPage } from './pages/destinations.ts'
import { environmentPages } from './pages/environments.ts'
import { eventPages } from './pages/event.ts'
import { eventListPage } from './pages/events.ts'
import { inspectorPages } from './pages/inspector.ts'
import { jobPages } from './pages/jobs.ts'
import { keyPages } from './pages/keys.ts'
import { movePages } from './pages/moves.ts'
import { replayPages } from './pages/replays.ts'
import { signInPages } from './pages/sign-in.ts'
import { simulatorPages } from './pages/simulator.ts'
import { sourcePages } from './pages/sources.ts'
import { startPages } from './pages/start.ts'
import { userDataPage } from './pages/user-data.ts'
import { userPages } from './pages/user.ts'
import { userListPage } from './pages/users.ts'
import { hideValues, showValues } from './privacy.ts'
import { formText, parsed, pathBack, readForm } from './query.ts'
import { signOut } from './session.ts'
import { createStatic } from './static.ts'
import { type App, type Call, type Env, setTheme, themeOf } from './view.ts'

export { createSignInLink } from './session.ts'

const LARGEST_FORM = 1_000_000

/** Serves `/`, `/dashboard`, `/in/{code}` and `/static`. */
export function createDashboard(ctx: Context): Hono {
  const app = new Hono()
  app.route('/', createStatic())
  app.get('/', (c) => c.redirect('/dashboard'))
  const limit = bodyLimit({ maxSize: LARGEST_FORM, onError: (c) => tooLarge(c as Call) })
  // What fails in here is the reading alone: of what comes after it the pages tell.
  app.use('/dashboard/*', (c, next) => parsed(() => limit(c, next)))
  signInPages(app, ctx)
  app.route('/', signedInPages(ctx))
  app.onError((error, c) => failed(ctx, error, c as unknown as Call))
  return app
}

function signedInPages(ctx: Context): Hono {
  const app: App = new Hono<Env>()
  app.use('/dashboard', guard(ctx))
  app.use('/dashboard/*', guard(ctx))
  app.get('/dashboard', (c) => c.redirect('/dashboard/start'))
  app.get('/dashboard/more', morePage)
  startPages(app)
  userListPage(app)
  userPages(app)
  userDataPage(app)
  eventListPage(app)
  eventPages(app)
  replayPages(app)
  simulatorPages(app)
  inspectorPages(app)
  sourcePages(app)
  movePages(app)
  destinationListPage(app)
  destinationPages(app)
  keyPages(app)
  jobPages(app)
  environmentPages(app)
  auditPages(app)

  app.post('/dashboard/theme', async (c) => {
    const form = await readForm(c)
    setTheme(c, formText(form, 'theme') ?? '')
    return c.redirect(pathBack(form), 303)
  })
  app.post('/dashboard/values', async (c) => {
    const form = await readForm(c)
    if (formText(form, 'values') === 'show') await showValues(c, c.get('view'))
    else hideValues(c, c.get('view'))
    return c.redirect(pathBack(form), 303)
  })
  app.post('/dashboard/sign-out', async (c) => {
    await signOut(c.get('view').ctx, c)
    return c.redirect('/dashboard/sign-in', 303)
  })
  app.all('/dashboard/*', (c) =>
    problemPage(c, 404, 'There is no such page', 'The address may be mistyped, or what it showed was removed.'),
  )

  app.onError((error, c) => failed(ctx, error, c))
  return app as unknown as Hono
}

function failed(ctx: Context, error: Error, c: Call): Response | Promise<Response> {
  if (error instanceof ApiError && error.status < 500) {
    const title = error.status === 404 ? 'Not found' : 'That did not work'
    return problemPage(c, error.status as ContentfulStatusCode, title, sentence(error.message))
  }
  if (isUnavailable(error)) {
    ctx.log.warn({ err: error, path: c.req.path }, 'a dashboard page could not reach what is stored')
    c.header('retry-after', '2')
    const text = 'It is away, full or busy; /readyz says when it is back. Nothing was changed half-way: try again then.'
    return problemPage(c, 503, 'The database cannot be reached', text)
  }
  ctx.log.error({ err: error, path: c.req.path }, 'a dashboard page failed')
  const text = 'The log of the server says what. Nothing was changed half-way: try again, or go back.'
  return problemPage(c, 500, 'Something broke on our side', text)
}

function problemPage(c: Call, status: ContentfulStatusCode, title: string, text: string): Response | Promise<Response> {
  const view = c.get('view') as ReturnType<Call['get']> | undefined
  const body = html`<div class="card">
    <div class="body">
      <p>${text}</p>
      <div class="row"><a class="button" href="/dashboard/start">To the start</a></div>
    </div>
  </div>`
  if (view === undefined) {
    return alone(c, {
      title,
      theme: themeOf(c),
      status,
      body: html`<div class="card">
        <div class="body">
          <h1>${title}</h1>
          <p>${text}</p>
        </div>
      </div>`,
    })
  }
  return page(c, { section: sectionOf(c.req.path), title, status, body })
}

const SECTIONS = [
  'users',
  'events',
  'simulator',
  'inspector',
  'sources',
  'destinations',
  'keys',
  'jobs',
  'environments',
  'audit',
] as const

function sectionOf(path: string): (typeof SECTIONS)[number] | 'start' {
  if (path.startsWith('/dashboard/replays')) return 'events'
  return SECTIONS.find((section) => path.startsWith(`/dashboard/${section}`)) ?? 'start'
}

function tooLarge(c: Call): Response | Promise<Response> {
  return alone(c, {
    title: 'Too large',
    theme: themeOf(c),
    status: 413,
    body: html`<div class="card">
      <div class="body">
        <h1>Too large</h1>
        <p>This form is larger than anything the dashboard takes. Nothing was changed.</p>
      </div>
    </div>`,
  })
}
