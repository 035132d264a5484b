// Signing in, with the admin token or by the link that the start prints; and out again.
import type { Context as Request, Hono } from 'hono'
import { html } from 'hono/html'
import type { Context } from '../../store/context.ts'
import { ApiError } from '../../platform/errors.ts'
import { sentence } from '../form-problems.ts'
import { isOwnOrigin } from '../guard.ts'
import { alone } from '../layout.ts'
import { field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { notice } from '../parts/show.ts'
import { dashboardPath, fieldsOf } from '../query.ts'
import { signedIn, signIn } from '../session.ts'
import { themeOf } from '../view.ts'

export function signInPages(app: Hono, ctx: Context): void {
  app.get('/dashboard/sign-in', async (c) => {
    const next = dashboardPath(c.req.query('next'))
    if ((await signedIn(ctx, c)) !== null) return c.redirect(next, 303)
    const unsaved = 'You were signed out, so nothing was changed. Sign in, then fill in the form again.'
    return form(c, { next, ...(c.req.query('unsaved') !== undefined && { above: notice('warn', unsaved, 'alert') }) })
  })

  app.post('/dashboard/sign-in', async (c) => {
    const [given = '', back] = await fieldsOf(c, 'token', 'next')
    const next = dashboardPath(back)
    if (!isOwnOrigin(ctx, c)) {
      return form(c, { next, status: 403, problem: 'This form came from another site. Please sign in here.' })
    }
    const token = given.trim().slice(0, 500)
    try {
      await signIn(ctx, c, token)
      return c.redirect(next, 303)
    } catch (error) {
      return wrong(c, next, error)
    }
  })

  app.get('/in/:code', async (c) => {
    // A preview that only asks for the headers must not use the link up.
    if (c.req.method !== 'GET') return c.body(null, 204)
    if ((await signedIn(ctx, c)) !== null) return c.redirect('/dashboard', 303)
    try {
      await signIn(ctx, c, c.req.param('code').slice(0, 500))
      return c.redirect('/dashboard', 303)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) return wrong(c, '/dashboard', error)
      const text =
        'This link has been used, or its time is over. Sign in with the admin token; each `npm start` makes a new link.'
      return form(c, { next: '/dashboard', status: 410, above: notice('warn', text) })
    }
  })
}

function wrong(c: Request, next: string, error: unknown): Response | Promise<Response> {
  if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 429)) throw error
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
  const problem = error.status === 401 ? 'This is not the admin token of this installation.' : sentence(error.message)
  return form(c, { next, status: error.status, problem })
}

function form(
  c: Request,
  options: { next: string; status?: 401 | 403 | 410 | 429; problem?: string; above?: Html },
): Response | Promise<Response> {
  return alone(c, {
    title: 'Sign in',
    theme: themeOf(c),
    status: options.status ?? 200,
    body: html`<div class="card">
      <div class="body">
        <h1>Sign in</h1>
        ${options.above ?? ''}
        <form class="form" method="post" action="/dashboard/sign-in">
          <input type="hidden" name="next" value="${options.next}" />
          ${field({
            name: 'token',
            label: 'Admin token',
            type: 'password',
            autocomplete: 'current-password',
            required: true,
            problem: options.problem,
            hint: html`<code>loam keys show --reveal</code> shows it. <code>LOAM_ADMIN_TOKEN</code> sets one of your
              own.`,
          })}
          <button class="primary">Sign in</button>
        </form>
      </div>
    </div>`,
  })
}
