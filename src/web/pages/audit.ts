// Who did what, and who looked at whose data.
import { html } from 'hono/html'
import { AuditQuery, type AuditView, ExportQuery, exportAudit, listAuditLog } from '../../api/admin/audit.ts'
import { unknownNames } from '../../api/http/parameters.ts'
import { ACTORS, AUDIT_ACTIONS } from '../../store/audit.ts'
import { page } from '../layout.ts'
import { field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { empty, instant, noneSoFar, notice, plural } from '../parts/show.ts'
import { queryText, withQuery } from '../query.ts'
import type { App, Call } from '../view.ts'

const PATH = '/dashboard/audit'
const NAMES = ['environment', 'actor', 'action', 'user_id', 'since', 'until'] as const

const ACTOR_NAMES: Record<(typeof ACTORS)[number], string> = {
  session: 'Dashboard',
  admin_token: 'Admin token',
  api_key: 'API key',
  person: 'The person',
  link: 'Signed link',
  nobody: 'Nobody known',
  loam: 'Loam',
}

export function auditPages(app: App): void {
  app.get(PATH, (c) => listPage(c))
  app.get(`${PATH}/export`, (c) => {
    const { ctx } = c.get('view')
    const format = queryText(c, 'format') === 'csv' ? 'csv' : 'ndjson'
    const query = ExportQuery.safeParse({ ...given(c), format })
    return query.success && strangers(c, [...NAMES, 'format']).length === 0 ? exportAudit(ctx, query.data) : listPage(c)
  })
}

function given(c: Call): Record<string, string | undefined> {
  return Object.fromEntries(NAMES.map((name) => [name, queryText(c, name)]))
}

/** A misspelt filter would show entries of everyone as if they were the ones asked for. */
function strangers(c: Call, known: readonly string[]): string[] {
  const names = [...new Set(new URL(c.req.url).searchParams.keys())]
  return unknownNames(names, known).map(({ field, problem }) => `${field}: ${problem}`)
}

async function listPage(c: Call): Promise<Response> {
  const { ctx } = c.get('view')
  const query = given(c)
  const parsed = AuditQuery.safeParse({ ...query, cursor: queryText(c, 'cursor') })
  const unknown = strangers(c, c.req.path === PATH ? [...NAMES, 'cursor'] : [...NAMES, 'format'])
  const isRead = parsed.success && unknown.length === 0
  const list = isRead ? await listAuditLog(ctx, parsed.data) : { data: [], next_cursor: null }
  const problems = Object.fromEntries((parsed.error?.issues ?? []).map(({ path, message }) => [path[0], message]))
  const isFiltered = Object.values(query).some((value) => value !== undefined)
  const exported = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
  )
  return page(c, {
    section: 'audit',
    title: 'Audit log',
    status: isRead ? 200 : 422,
    lead: `Who did what, and who looked at whose data. Kept ${ctx.auditDays === undefined ? 'for ever' : `for ${plural(ctx.auditDays, 'day')}`}.`,
    actions: html`<a class="button" href="${PATH}/export?${exported}" download>Export NDJSON</a
      ><a class="button" href="${PATH}/export?${withFormat(exported)}" download>Export CSV</a>`,
    body: html`${filterForm(c, query, problems)} ${unknown.length === 0 ? '' : notice('err', `${unknown.join('; ')}.`)}
      <div class="card">
        ${
          list.data.length === 0 && list.next_cursor !== null
            ? noneSoFar(withQuery(c, { cursor: list.next_cursor }))
            : list.data.length === 0
              ? empty(
                  !parsed.success
                    ? 'A filter cannot be read: see beside it.'
                    : !isRead
                      ? 'A filter of the address is not known: see above.'
                      : isFiltered
                        ? 'No entry fits these filters.'
                        : 'Nothing was noted yet.',
                  isFiltered || !isRead ? html`<a class="button" href="${PATH}">Show all entries</a>` : '',
                )
              : html`<div class="table">
                    <table class="reflow">
                      <thead>
                        <tr>
                          <th scope="col">Time (UTC)</th>
                          <th scope="col">Who</th>
                          <th scope="col">From</th>
                          <th scope="col">What</th>
                          <th scope="col">Whose data</th>
                          <th scope="col">Details</th>
                        </tr>
                      </thead>
                      <tbody>
                        ${list.data.map((row) => entryRow(c, row))}
                      </tbody>
                    </table>
                  </div>
                  <div class="pager">
                    <span class="small">${plural(list.data.length, 'entry', 'entries')} shown</span
                    ><span class="row"
                      >${queryText(c, 'cursor') === undefined ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: undefined })}">Newest</a>`}${list.next_cursor === null ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: list.next_cursor })}">Older</a>`}</span
                    >
                  </div>`
        }
      </div>
      ${notice('info', 'Reads of the same person and kind by the same reader are one entry an hour. Entries hold no values and no secrets.')}`,
  })
}

function withFormat(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query, ['format', 'csv']])
}

function entryRow(c: Call, row: AuditView): Html {
  const { ctx, environments } = c.get('view')
  const environment = environments.find(({ dev_id: devId }) => devId === row.dev_id)
  return html`<tr>
    <td class="nowrap">${instant(row.at, ctx.clock.now())}</td>
    <td>
      ${ACTOR_NAMES[row.actor.kind]}${row.actor.id === null ? '' : html` <code class="small">${shortId(row.actor.id)}</code>`}
    </td>
    <td class="mono">${row.actor.address ?? '–'}</td>
    <td><code>${row.action}</code>${row.subject === null ? '' : html`<div class="small">${subject(row)}</div>`}</td>
    <td class="cut">
      ${row.user_id === null ? '–' : html`<a class="mono" href="${withQuery(c, { user_id: row.user_id, cursor: undefined })}">${shortId(row.user_id)}</a>`}
    </td>
    <td class="small name">${environment === undefined ? '' : html`${environment.name}. `}${details(row)}</td>
  </tr>`
}

/** Ids in the order of time begin alike: their end tells them apart. */
function shortId(id: string): string {
  return id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-6)}`
}

function subject({ action, subject: id }: AuditView): Html | string {
  const [family] = action.split('.')
  if (family === 'destination') return html`<a class="mono" href="/dashboard/destinations/${id}">${id}</a>`
  if (family === 'replay') return html`<a class="mono" href="/dashboard/replays/${id}">${id}</a>`
  if (action === 'event.sent_again' || action === 'event.made_up') {
    return html`<a class="mono" href="/dashboard/events/${id}">${id}</a>`
  }
  return html`<span class="mono">${id}</span>`
}

function details(row: AuditView): string {
  return Object.entries(row.details)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join('; ')
}

function filterForm(c: Call, query: Record<string, string | undefined>, problems: Record<string, string>): Html {
  const { environments } = c.get('view')
  const families = [...new Set(AUDIT_ACTIONS.map((name) => name.split('.')[0]!))]
  const value = (name: string): string => queryText(c, name) ?? ''
  return html`<form class="filters" method="get" role="search" aria-label="Filter the audit log">
    ${field({ name: 'action', label: 'What', value: value('action'), sends: true, options: [['', 'Anything'], ...families.map((name) => [name, name.replaceAll('_', ' ')] as const)] })}
    ${field({ name: 'actor', label: 'Who', value: value('actor'), sends: true, problem: problems.actor, options: [['', 'Anyone'], ...ACTORS.map((name) => [name, ACTOR_NAMES[name]] as const)] })}
    ${field({ name: 'environment', label: 'Environment', value: value('environment'), sends: true, options: [['', 'All'], ...environments.map(({ dev_id: devId, name }) => [devId, name] as const)] })}
    ${field({ name: 'user_id', label: 'user_id', value: value('user_id'), wide: true, mono: true })}
    ${field({ name: 'since', label: 'From (UTC)', type: 'datetime-local', value: value('since'), problem: problems.since })}
    ${field({ name: 'until', label: 'Until (UTC)', type: 'datetime-local', value: value('until'), problem: problems.until })}
    <div class="row">
      <button>Filter</button
      >${Object.values(query).some((each) => each !== undefined) ? html`<a href="${PATH}">Clear</a>` : ''}
    </div>
  </form>`
}
