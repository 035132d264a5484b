// The people who have connected something: the list.
import { html } from 'hono/html'
import { listSources } from '../../api/admin/sources.ts'
import { listUsers, type UserView } from '../../api/admin/users.ts'
import { page } from '../layout.ts'
import { field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { empty, moment, noneSoFar, plural, sourceName } from '../parts/show.ts'
import { userState } from '../parts/states.ts'
import { queryText, withQuery } from '../query.ts'
import type { App, Call } from '../view.ts'

const STATES = ['connected', 'degraded', 'revoked'] as const
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function userListPage(app: App): void {
  app.get('/dashboard/users', async (c) => {
    const { ctx, environment } = c.get('view')
    const id = queryText(c, 'id')
    const byUserId = id !== undefined && UUID.test(id)
    const filter = {
      provider: queryText(c, 'provider'),
      state: STATES.find((state) => state === queryText(c, 'state')),
      user_id: byUserId ? id.toLowerCase() : undefined,
      reference_id: byUserId ? undefined : id,
      cursor: queryText(c, 'cursor'),
    }
    const [users, sources] = await Promise.all([listUsers(ctx, environment, filter), listSources(ctx, environment)])
    const filtered = id !== undefined || filter.provider !== undefined || filter.state !== undefined
    return page(c, {
      section: 'users',
      title: 'Users',
      lead: 'One row for each connection: a person and one of their sources. The API calls that a user.',
      actions: html`<a class="button" href="/dashboard/start#link">Make a connect link</a>`,
      body: html`${filterForm(
          c,
          sources.data.map((source) => [source.provider, source.name] as const),
        )}
        <div class="card">
          ${users.data.length === 0 ? nobody(c, filtered, users.next_cursor) : table(c, users.data, users.next_cursor)}
        </div>`,
    })
  })
}

function nobody(c: Call, filtered: boolean, next: string | null): Html {
  if (next !== null) return noneSoFar(withQuery(c, { cursor: next }))
  return filtered
    ? empty('No connection fits these filters.', html`<a class="button" href="/dashboard/users">Show all users</a>`)
    : empty(
        'No one has connected yet. Make a link, open it as a user would, and choose a source.',
        html`<a class="button primary" href="/dashboard/start#link">Make a connect link</a>`,
      )
}

function table(c: Call, users: readonly UserView[], next: string | null): Html {
  return html`<div class="table">
      <table class="reflow">
        <thead>
          <tr>
            <th scope="col">Reference</th>
            <th scope="col">Source</th>
            <th scope="col">State</th>
            <th scope="col">Last data</th>
            <th scope="col">Connected</th>
            <th scope="col">user_id</th>
          </tr>
        </thead>
        <tbody>
          ${users.map(
            (user) =>
              html`<tr>
                <td class="cut">
                  <a href="/dashboard/users/${user.user_id}">${user.reference_id ?? 'No reference'}</a>
                </td>
                <td>${sourceName(user.provider)}</td>
                <td>${userState(user)}</td>
                <td data-label="Data">${moment(user.most_recent_data_at, 'none yet')}</td>
                <td data-label="Connected">${moment(user.created_at)}</td>
                <td class="cut"><code>${user.user_id}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div class="pager">
      <span class="small">${plural(users.length, 'connection')} shown</span
      ><span class="row"
        >${
          queryText(c, 'cursor') === undefined
            ? ''
            : html`<a class="button dense" href="${withQuery(c, { cursor: undefined })}">Newest</a>`
        }${next === null ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: next })}">Older</a>`}</span
      >
    </div>`
}

function filterForm(c: Call, providers: readonly (readonly [string, string])[]): Html {
  return html`<form class="filters" method="get" role="search" aria-label="Filter users">
    ${field({ name: 'id', label: 'reference_id or user_id', value: queryText(c, 'id') ?? '', wide: true })}
    ${field({ name: 'provider', label: 'Source', value: queryText(c, 'provider') ?? '', sends: true, options: [['', 'Any source'], ...providers] })}
    ${field({
      name: 'state',
      label: 'State',
      value: queryText(c, 'state') ?? '',
      sends: true,
      options: [
        ['', 'Any state'],
        ['connected', 'Connected'],
        ['degraded', 'Must sign in again'],
        ['revoked', 'Ended by the person'],
      ],
    })}
    <div class="row">
      <button>Filter</button>${c.req.url.includes('?') ? html`<a href="/dashboard/users">Clear</a>` : ''}
    </div>
  </form>`
}
