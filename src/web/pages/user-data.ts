// What is stored of one person, as records.
import { html } from 'hono/html'
import { getUser, listRecords } from '../../api/admin/users.ts'
import { DATA_TYPES, isDataType } from '../../model/data-type.ts'
import { addDays, isLocalDay, localDayOf } from '../../model/local-day.ts'
import { page } from '../layout.ts'
import { field } from '../parts/form.ts'
import { jsonView } from '../parts/json.ts'
import { maskedRecords } from '../parts/masked.ts'
import { empty, plural } from '../parts/show.ts'
import { queryText } from '../query.ts'
import type { App, Call } from '../view.ts'

export function userDataPage(app: App): void {
  app.get('/dashboard/users/:id/data', (c) => dataPage(c))
}

async function dataPage(c: Call): Promise<Response> {
  const { ctx, environment, privacy } = c.get('view')
  const id = c.req.param('id')!
  const user = await getUser(ctx, environment, { user_id: id })
  const asked = queryText(c, 'type') ?? 'sleep'
  const type = isDataType(asked) ? asked : 'sleep'
  const today = localDayOf(ctx.clock.now(), user.time_zone)
  const start = dayOr(queryText(c, 'start_date'), addDays(today, -6))
  const end = dayOr(queryText(c, 'end_date'), addDays(today, 1))
  const { data } = await listRecords(ctx, environment, { user_id: id, type, start_date: start, end_date: end })
  return page(c, {
    section: 'users',
    values: true,
    title: `${type} of ${user.reference_id ?? 'this user'}`,
    crumbs: [
      ['Users', '/dashboard/users'],
      [user.reference_id ?? 'No reference', `/dashboard/users/${user.user_id}`],
    ],
    lead: 'As it is stored now, oldest first. Nothing is fetched for this page.',
    body: html`<form class="filters" method="get">
        ${field({ name: 'type', label: 'Type', value: type, sends: true, options: DATA_TYPES.map((name) => [name, name] as const) })}
        ${field({ name: 'start_date', label: 'From', type: 'date', value: start })}
        ${field({ name: 'end_date', label: 'To', type: 'date', value: end })}
        <div class="row"><button>Show</button></div>
      </form>
      <div class="card">
        ${
          data.length === 0
            ? empty(
                `No ${type} is stored for these days.`,
                html`<a class="button" href="/dashboard/users/${user.user_id}#history">Ask for history</a>`,
              )
            : html`<div class="body">
                <p class="small">${plural(data.length, 'record')}</p>
                ${jsonView(privacy.hidden ? maskedRecords(data) : JSON.stringify(data), `${type} records`)}
              </div>`
        }
      </div>`,
  })
}

function dayOr(text: string | undefined, otherwise: string): string {
  return text !== undefined && isLocalDay(text) ? text : otherwise
}
