// What a request must bring before a page of the dashboard looks at it.
import type { Context as Request } from 'hono'
import { createMiddleware } from 'hono/factory'
import { sessionActor } from '../api/admin/sessions.ts'
import { addressOf } from '../api/http/client-address.ts'
import { sameText } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import { environmentByDevId, listEnvironments } from '../store/environments.ts'
import { html } from 'hono/html'
import { alone } from './layout.ts'
import { privacyOf } from './privacy.ts'
import { fieldsOf } from './query.ts'
import { signInPage } from './sign-in-page.ts'
import { csrfOf, signedIn } from './session.ts'
import { unsentForm } from './unsent.ts'
import { chosenEnvironment, type Env, rememberEnvironment, takeNotice, themeOf } from './view.ts'

/** A session, an environment and, for whatever changes something, proof that one of our own pages asked for it. */
export function guard(ctx: Context) {
  return createMiddleware<Env>(async (c, next) => {
    const token = await signedIn(ctx, c)
    if (token === null) {
      // From another site it would be somebody else's, sent by whoever signs in.
      const unsent = isForm(c) && isOwnOrigin(ctx, c) ? await unsentForm(c) : null
      return unsent === null ? c.redirect(signInPath(c), 303) : signInPage(c, { next: nextOf(c), unsent })
    }
    const environments = await listEnvironments(ctx.db)
    const chosen = chosenEnvironment(c)
    let environment = environments.find((row) => row.dev_id === chosen) ?? environments[0]
    if (environment === undefined) throw new Error('there is no environment')
    if (isForm(c)) {
      const [given] = await fieldsOf(c, 'csrf')
      // Another tab may show another environment by now: a form acts on the one that stood above it.
      const own = environments.find((row) => given !== undefined && sameText(given, csrfOf(token, row)))
      if (!isOwnOrigin(ctx, c) || own === undefined) return foreign(c)
      if (own.id !== environment.id) rememberEnvironment(c, own.dev_id)
      environment = own
    }
    const csrf = csrfOf(token, environment)
    const asked = c.req.query('env')
    if (asked !== undefined && (await environmentByDevId(ctx.db, asked)) !== null) {
      rememberEnvironment(c, asked)
      return c.redirect(c.req.path, 303)
    }
    const privacy = privacyOf(ctx, c, environment, csrf)
    const as = { ...ctx, actor: sessionActor(token, addressOf(ctx, c)), masked: privacy.hidden }
    c.set('view', { ctx: as, environment, environments, csrf, theme: themeOf(c), privacy, notice: takeNotice(c) })
    return next()
  })
}

/** Leads back to the page; of a form that is not kept the sign-in says that nothing came of it. */
function signInPath(c: Request): string {
  return `/dashboard/sign-in?${new URLSearchParams({ next: nextOf(c), ...(isForm(c) && { unsaved: '1' }) })}`
}

function nextOf(c: Request): string {
  const from = isForm(c) ? (c.req.header('referer') ?? '') : c.req.url
  const { pathname, search } = URL.canParse(from) ? new URL(from) : { pathname: '/dashboard', search: '' }
  return pathname + search
}

function isForm(c: Request): boolean {
  return c.req.method !== 'GET' && c.req.method !== 'HEAD'
}

/** Browsers name the page's origin on every form; what names another one is not from us. */
export function isOwnOrigin(ctx: Context, c: Request): boolean {
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return site !== undefined
  if (origin === new URL(ctx.publicUrl).origin) return true
  // Reached by another of its names (127.0.0.1 for localhost): the browser says itself where it believes to be.
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host')
}

function foreign(c: Request): Response | Promise<Response> {
  return alone(c, {
    title: 'Not done',
    theme: themeOf(c),
    status: 403,
    body: html`<div class="card">
      <div class="body">
        <h1>Nothing was changed</h1>
        <p>
          This form did not come from a page of yours that is still open here. Go back, reload the page and try again.
        </p>
        <a class="button" href="/dashboard">Back to the dashboard</a>
      </div>
    </div>`,
  })
}
