// One connection: its state, what is stored, asking for more, ending it.
import { html } from 'hono/html'
import { listJobs } from '../../api/admin/jobs.ts'
import {
  backfillUser,
  BackfillInput,
  deauthUser,
  getUser,
  patchUser,
  type UserDetailView,
} from '../../api/admin/users.ts'
import { parseInput } from '../../api/http/validate.ts'
import { ApiError } from '../../platform/errors.ts'
import { noProblems, type Problems, problemsOf } from '../form-problems.ts'
import { page } from '../layout.ts'
import { confirmed, field, postButton, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { badge, copyField, empty, facts, moment, notice, plural, sourceName } from '../parts/show.ts'
import { userState } from '../parts/states.ts'
import { type Form, formText, readForm } from '../query.ts'
import { history, isRunning } from './user-history.ts'
import { type App, type Call, done, refused } from '../view.ts'

export function userPages(app: App): void {
  app.get('/dashboard/users/:id', (c) => detail(c, {}, noProblems))

  app.post('/dashboard/users/:id/backfill', async (c) => {
    const { ctx, environment } = c.get('view')
    const id = c.req.param('id')
    const form = await readForm(c)
    try {
      const input = parseInput(
        BackfillInput,
        {
          start_date: formText(form, 'start_date'),
          end_date: formText(form, 'end_date'),
          types: form.types?.length ? form.types : undefined,
        },
        'form',
      )
      const asked = await backfillUser(ctx, environment, { user_id: id, ...input })
      return done(
        c,
        `/dashboard/users/${id}#history`,
        `Asking for ${asked.start_date} to ${asked.end_date}. Events follow as the days arrive.`,
      )
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 404) throw error
      return detail(c, form, problemsOf(error, ['start_date', 'end_date', 'types']))
    }
  })

  app.post('/dashboard/users/:id/change', async (c) => {
    const { ctx, environment } = c.get('view')
    const id = c.req.param('id')
    const form = await readForm(c)
    if (formText(form, 'active') !== undefined) {
      const active = formText(form, 'active') === 'on'
      try {
        await patchUser(ctx, environment, { user_id: id, active })
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 400) throw error
        return refused(c, `/dashboard/users/${id}`, 'The person ended access: they have to connect again.')
      }
      return done(
        c,
        `/dashboard/users/${id}`,
        active
          ? 'Switched on: data is fetched and sent again.'
          : 'Switched off: nothing is fetched or sent until you switch it on.',
      )
    }
    await patchUser(ctx, environment, { user_id: id, reference_id: formText(form, 'reference_id') ?? null })
    return done(c, `/dashboard/users/${id}`, 'The reference is changed. Events from now on carry it.')
  })

  app.post('/dashboard/users/:id/disconnect', async (c) => {
    const { ctx, environment } = c.get('view')
    await deauthUser(ctx, environment, { user_id: c.req.param('id') })
    return done(c, '/dashboard/users', 'Disconnected. Everything held was deleted, and a deauth event is on its way.')
  })
}

async function detail(c: Call, form: Form, problems: Problems): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const id = c.req.param('id')!
  const user = await getUser(ctx, environment, { user_id: id })
  const jobs = await listJobs(ctx, environment, { user_id: id, limit: 10 })
  const path = `/dashboard/users/${user.user_id}`
  return page(c, {
    section: 'users',
    title: user.reference_id ?? 'No reference',
    crumbs: [['Users', '/dashboard/users']],
    lead: html`${sourceName(user.provider)} ${userState(user)}`,
    actions: html`<a class="button" href="/dashboard/events?user_id=${user.user_id}">Events of this user</a>`,
    live: isRunning(jobs.data) ? 'asking' : null,
    status: problems === noProblems ? 200 : 422,
    body: html`${explained(user)}
      <div class="split even">
        <div class="stack wide">
          <section class="card" aria-labelledby="about">
            <header><h2 id="about">Connection</h2></header>
            <div class="body">
              ${copyField(user.user_id, 'user_id')}
              ${facts([
                ['Connected', moment(user.created_at)],
                ['Last data', moment(user.most_recent_data_at, 'none yet')],
                ['Last event', moment(user.last_webhook_update, 'none yet')],
                ['Time zone', user.time_zone ?? 'the source does not say'],
                ['Account there', html`<code>${user.provider_user_id}</code>`],
                ['Sign-in good until', moment(user.token_expires_at, 'it does not end')],
                ['Looked at', moment(user.last_polled_at, 'not yet')],
                ['Next look', moment(user.next_poll_at, 'none planned')],
              ])}
              <div class="stack">
                <h3>What may be read</h3>
                <p>${scopes(user)}</p>
              </div>
            </div>
          </section>
          ${changes(csrf, path, user)}
        </div>
        <div class="stack wide">
          <section class="card" id="stored-part" data-live-part aria-labelledby="stored">
            <header>
              <h2 id="stored">What is stored</h2>
              <p>
                ${plural(
                  user.records.reduce((sum, row) => sum + row.count, 0),
                  'record',
                )}
              </p>
            </header>
            ${
              user.records.length === 0
                ? empty(
                    'No data yet. It comes with the first notification, the next look, or when you ask for history below.',
                  )
                : html`<div class="table">
                    <table>
                      <thead>
                        <tr>
                          <th scope="col">Type</th>
                          <th scope="col" class="number">Records</th>
                        </tr>
                      </thead>
                      <tbody>
                        ${user.records.map(
                          (row) =>
                            html`<tr>
                              <td><a href="${path}/data?type=${row.type}">${row.type}</a></td>
                              <td class="number">${row.count}</td>
                            </tr>`,
                        )}
                      </tbody>
                    </table>
                  </div>`
            }
          </section>
          ${history(c, csrf, path, user, jobs.data, form, problems)}
        </div>
      </div>`,
  })
}

function explained(user: UserDetailView): Html | '' {
  if (user.state === 'degraded') {
    return notice(
      'warn',
      html`${sourceName(user.provider)} refuses our sign-in, so no data comes. Ask this person to connect again:
        <a
          href="/dashboard/start${user.reference_id === null ? '' : `?reference_id=${encodeURIComponent(user.reference_id)}`}#link"
          >make a connect link</a
        >
        for them. A new sign-in replaces this connection.`,
    )
  }
  if (user.state === 'revoked') {
    return notice(
      'err',
      html`The person ended this connection at ${sourceName(user.provider)}. What was stored is still here until you
      disconnect it.`,
    )
  }
  if (!user.active) return notice('info', 'This connection is switched off: nothing is fetched or sent.')
  return ''
}

function scopes(user: UserDetailView): Html | string {
  const list = user.scopes?.split(',').filter((scope) => scope !== '') ?? []
  if (list.length === 0) return 'The source did not say.'
  return html`<span class="row">${list.map((scope) => badge('neutral', scope))}</span>`
}

function changes(csrf: string, path: string, user: UserDetailView): Html {
  return html`<section class="card" aria-labelledby="change">
    <header><h2 id="change">Change</h2></header>
    <div class="body">
      ${postForm(
        csrf,
        `${path}/change`,
        html`${field({ name: 'reference_id', label: 'reference_id', value: user.reference_id, hint: 'Your own name for this person. Empty removes it.' })}
          <div class="row"><button>Save</button></div>`,
        'form',
      )}
      <hr />
      <div class="row between">
        <p>${user.active ? 'Data is fetched and sent.' : 'Nothing is fetched or sent.'}</p>
        ${
          user.state === 'revoked'
            ? ''
            : postButton(csrf, `${path}/change`, user.active ? 'Switch off' : 'Switch on', {
                fields: { active: user.active ? 'off' : 'on' },
              })
        }
      </div>
      <hr />
      ${confirmed(
        'Disconnect this user…',
        html`This ends the sign-in at ${sourceName(user.provider)}, deletes every record, payload and event held for
          this user, and sends a <code>deauth</code> event. It cannot be undone.`,
        postButton(csrf, `${path}/disconnect`, `Disconnect ${user.reference_id ?? user.user_id} and delete the data`, {
          className: 'danger',
        }),
      )}
    </div>
  </section>`
}
