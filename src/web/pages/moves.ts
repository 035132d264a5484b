// Moving people from an API that ended to the one that replaced it: what `loam migrate` does, as pages.
import { html } from 'hono/html'
import { checkMoves } from '../../api/admin/moves/check.ts'
import { compareMove, type MoveComparison } from '../../api/admin/moves/comparison.ts'
import { finishMove } from '../../api/admin/moves/finish.ts'
import { makeLinks, type MoveLink } from '../../api/admin/moves/links.ts'
import { listOldConnections, type MoveView } from '../../api/admin/moves/old-connections.ts'
import { getSource } from '../../api/admin/sources.ts'
import { ApiError } from '../../platform/errors.ts'
import { sentence } from '../form-problems.ts'
import { page } from '../layout.ts'
import { confirmed, postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { copyField, empty, facts, moment, notice, plural } from '../parts/show.ts'
import { formText, queryText, readForm } from '../query.ts'
import { type App, type Call, done, refused } from '../view.ts'

export function movePages(app: App): void {
  app.get('/dashboard/sources/:provider/move', (c) => overview(c, []))

  // The links are shown at once and nowhere else: they let people in.
  app.post('/dashboard/sources/:provider/move/links', async (c) => {
    const { ctx, environment } = c.get('view')
    const provider = c.req.param('provider')
    const user = formText(await readForm(c), 'user_id')
    try {
      const made = await makeLinks(ctx, environment, { provider, user_ids: user === undefined ? null : [user] })
      return overview(c, made.data)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      return refused(c, pathOf(provider), sentence(error.message))
    }
  })

  app.get('/dashboard/sources/:provider/move/:user', (c) => comparison(c))

  app.post('/dashboard/sources/:provider/move/:user/finish', async (c) => {
    const { ctx, environment } = c.get('view')
    const { provider, user } = c.req.param()
    const discard = formText(await readForm(c), 'discard') === 'on'
    try {
      const { moved_to: movedTo } = await finishMove(ctx, environment, { provider, user_id: user, discard })
      return done(c, pathOf(provider), `Moved. ${movedTo} has taken its place, and your receivers are told.`)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      return refused(c, `${pathOf(provider)}/${user}`, sentence(error.message))
    }
  })
}

function pathOf(provider: string): string {
  return `/dashboard/sources/${provider.toUpperCase()}/move`
}

async function overview(c: Call, links: readonly MoveLink[]): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const provider = c.req.param('provider')!
  const cursor = queryText(c, 'cursor')
  const [source, check, moves] = await Promise.all([
    getSource(ctx, environment, { provider }),
    checkMoves(ctx, environment, { provider }),
    listOldConnections(ctx, environment, { provider, ...(cursor === undefined ? {} : { cursor }) }),
  ])
  const path = pathOf(provider)
  return page(c, {
    section: 'sources',
    title: `Move to the new API of ${source.name}`,
    crumbs: [
      ['Sources', '/dashboard/sources'],
      [source.name, `/dashboard/sources/${source.provider}`],
    ],
    lead: html`The old API ended on ${check.ended_on}. Its people have to consent again.`,
    body: html`${check.warnings.map(({ message }) => notice('warn', message))}
      ${links.length === 0 ? '' : linkCard(links)}
      <section class="card" aria-labelledby="how-far">
        <header><h2 id="how-far">How far</h2></header>
        <div class="body">
          ${facts([
            ['Wait for consent', check.waiting],
            ['Have both', check.both],
            ['Use the new API', check.current],
          ])}
          ${check.waiting === 0 ? '' : postButton(csrf, `${path}/links`, 'Make links for all who wait')}
        </div>
      </section>
      <section class="card" aria-labelledby="old">
        <header><h2 id="old">Connections of the old API</h2></header>
        ${moves.data.length === 0 ? empty('There are none.') : table(moves.data, path, csrf)}
        ${moves.next_cursor === null ? '' : html`<div class="body"><a href="${path}?cursor=${encodeURIComponent(moves.next_cursor)}">Older</a></div>`}
      </section>`,
  })
}

function linkCard(links: readonly MoveLink[]): Html {
  return html`<section class="card" aria-labelledby="links">
    <header><h2 id="links">${plural(links.length, 'link')}</h2></header>
    <div class="body">
      <p class="small">
        Send each to its person alone: whoever opens it connects an account under their reference. They are not shown
        again.
      </p>
      ${links.map(
        (link) =>
          html`<p>${link.reference_id ?? link.user_id}</p>
            ${copyField(link.url, `the link for ${link.reference_id ?? link.user_id}`)}`,
      )}
    </div>
  </section>`
}

function table(moves: readonly MoveView[], path: string, csrf: string): Html {
  return html`<div class="table">
    <table class="reflow">
      <thead>
        <tr>
          <th scope="col">Reference</th>
          <th scope="col">Old user_id</th>
          <th scope="col">Last data</th>
          <th scope="col">Moved to</th>
          <th scope="col">Next</th>
        </tr>
      </thead>
      <tbody>
        ${moves.map(
          (move) =>
            html`<tr>
              <td data-label="Reference">${move.reference_id ?? '–'}</td>
              <td data-label="Old user_id">
                <a class="mono" href="/dashboard/users/${move.user_id}">${move.user_id}</a>
              </td>
              <td data-label="Last data">${moment(move.most_recent_data_at)}</td>
              <td data-label="Moved to">
                ${move.moved_to === null ? 'Nobody yet' : html`<a class="mono" href="/dashboard/users/${move.moved_to.user_id}">${move.moved_to.user_id}</a>`}
              </td>
              <td data-label="Next">
                ${
                  move.moved_to === null
                    ? postButton(csrf, `${path}/links`, 'Make a link', { fields: { user_id: move.user_id } })
                    : html`<a class="button" href="${path}/${move.user_id}">Compare</a>`
                }
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

async function comparison(c: Call): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const { provider, user } = c.req.param() as { provider: string; user: string }
  const compared = await compareMove(ctx, environment, {
    provider,
    user_id: user,
    start_date: queryText(c, 'start_date'),
    end_date: queryText(c, 'end_date'),
  })
  const path = `${pathOf(provider)}/${user}`
  return page(c, {
    section: 'sources',
    title: 'Compare',
    crumbs: [
      ['Sources', '/dashboard/sources'],
      ['Move', pathOf(provider)],
    ],
    lead: html`${compared.start_date} to ${compared.end_date}: what <code>${user}</code> and
      <code>${compared.moved_to}</code> have of the same days. Values are in the API.`,
    body: html`${
        compared.unexplained === 0
          ? notice('ok', 'No difference without a known reason.')
          : notice('warn', `${plural(compared.unexplained, 'difference')} without a known reason.`)
      }
      <div class="card">
        ${compared.records.length === 0 ? empty('Neither holds anything of these days.') : compareTable(compared)}
      </div>
      ${confirmed(
        'Finish the move…',
        'Your receivers are told both ids, and everything held for the old connection is deleted.',
        html`<div class="row">
          ${postButton(csrf, `${path}/finish`, 'Finish')}
          ${postButton(csrf, `${path}/finish`, 'Finish, and lose what only the old one has', { className: 'danger', fields: { discard: 'on' } })}
        </div>`,
      )}`,
  })
}

const HELD: Record<string, string> = { both: 'both', old: 'the old one', new: 'the new one' }

function compareTable({ records }: MoveComparison): Html {
  return html`<div class="table">
    <table class="reflow">
      <thead>
        <tr>
          <th scope="col">Record</th>
          <th scope="col">Held by</th>
          <th scope="col">Equal fields</th>
          <th scope="col">Different</th>
        </tr>
      </thead>
      <tbody>
        ${records.map(
          ({ type, key, held_by: heldBy, equal, different }) =>
            html`<tr>
              <td data-label="Record">${type} <span class="mono">${key}</span></td>
              <td data-label="Held by">${HELD[heldBy]}</td>
              <td data-label="Equal fields">${heldBy === 'both' ? equal : '–'}</td>
              <td data-label="Different">
                ${different.map(
                  ({ path, because }) =>
                    html`<div><code>${path}</code> <span class="small">${because ?? 'no known reason'}</span></div>`,
                )}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
