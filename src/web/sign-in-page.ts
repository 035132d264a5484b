// The page that asks who is there.
import type { Context as Request } from 'hono'
import { html } from 'hono/html'
import { alone } from './layout.ts'
import { field } from './parts/form.ts'
import type { Html } from './parts/html.ts'
import { notice } from './parts/show.ts'
import { dashboardPath } from './query.ts'
import { carriedFields, type Unsent } from './unsent.ts'
import { themeOf } from './view.ts'

const KEPT = 'You were signed out, so nothing was changed yet. Sign in: what you typed is kept on this page.'

export function signInPage(
  c: Request,
  options: { next: string; status?: 401 | 403 | 410 | 429; problem?: string; above?: Html; unsent?: Unsent | null },
): Response | Promise<Response> {
  const unsent = options.unsent ?? null
  return alone(c, {
    title: 'Sign in',
    theme: themeOf(c),
    status: options.status ?? (unsent === null ? 200 : 401),
    body: html`<div class="card">
      <div class="body">
        <h1>Sign in</h1>
        ${options.above ?? (unsent === null ? '' : notice('warn', KEPT, 'alert'))}
        <form class="form" method="post" action="/dashboard/sign-in">
          <input
            type="hidden"
            name="next"
            value="${dashboardPath(options.next)}"
          />${unsent === null ? '' : carriedFields(unsent)}
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
