// Signing in, with the admin token or by the link that the start prints; and out again.
import type { Context as Request, Hono } from 'hono'
import type { Context } from '../../store/context.ts'
import { listEnvironments } from '../../store/environments.ts'
import { ApiError } from '../../platform/errors.ts'
import { sentence } from '../form-problems.ts'
import { isOwnOrigin } from '../guard.ts'
import { notice } from '../parts/show.ts'
import { dashboardPath, fieldsOf } from '../query.ts'
import { csrfOf, signedIn, signIn } from '../session.ts'
import { signInPage } from '../sign-in-page.ts'
import { carriedForm, sendPage, type Unsent } from '../unsent.ts'
import { chosenEnvironment } from '../view.ts'

export function signInPages(app: Hono, ctx: Context): void {
  app.get('/dashboard/sign-in', async (c) => {
    const next = dashboardPath(c.req.query('next'))
    if ((await signedIn(ctx, c)) !== null) return c.redirect(next, 303)
    const unsaved = 'You were signed out, so nothing was changed. Sign in, then fill in the form again.'
    return signInPage(c, {
      next,
      ...(c.req.query('unsaved') !== undefined && { above: notice('warn', unsaved, 'alert') }),
    })
  })

  app.post('/dashboard/sign-in', async (c) => {
    const [given = '', back] = await fieldsOf(c, 'token', 'next')
    const next = dashboardPath(back)
    const isOwn = isOwnOrigin(ctx, c)
    const unsent = isOwn ? await carriedForm(c) : null
    if (!isOwn) {
      return signInPage(c, { next, status: 403, problem: 'This form came from another site. Please sign in here.' })
    }
    const token = given.trim().slice(0, 500)
    try {
      const session = await signIn(ctx, c, token)
      if (unsent === null) return c.redirect(next, 303)
      const environments = await listEnvironments(ctx.db)
      const environment = environments.find((row) => row.dev_id === chosenEnvironment(c)) ?? environments[0]!
      return sendPage(c, { unsent, next, csrf: csrfOf(session, environment), environment: environment.name })
    } catch (error) {
      return wrong(c, next, error, unsent)
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
      return signInPage(c, { next: '/dashboard', status: 410, above: notice('warn', text) })
    }
  })
}

function wrong(c: Request, next: string, error: unknown, unsent: Unsent | null = null): Response | Promise<Response> {
  if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 429)) throw error
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
  const problem = error.status === 401 ? 'This is not the admin token of this installation.' : sentence(error.message)
  return signInPage(c, { next, status: error.status, problem, unsent })
}
