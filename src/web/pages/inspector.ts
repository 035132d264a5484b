// The built-in webhook inspector: every request that a bin received, as it came.
import { html } from 'hono/html'
import { listDestinations } from '../../api/admin/destinations.ts'
import {
  clearInspector,
  type InspectorRequestView,
  listInspectorBins,
  listInspectorRequests,
} from '../../api/admin/inspector.ts'
import type { Listing } from '../../api/admin/listing.ts'
import { destinationsAt } from '../../api/inspector.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { page } from '../layout.ts'
import { confirmed, postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { jsonView } from '../parts/json.ts'
import { maskedEvent } from '../parts/masked.ts'
import { badge, bytes, codeBlock, copyField, empty, instant, moment, notice, plural } from '../parts/show.ts'
import { queryText, withQuery } from '../query.ts'
import { type App, type Call, done, type View } from '../view.ts'
import { inspectorBin } from './destinations.ts'

const BIN = /^[A-Za-z0-9_-]{1,64}$/
// How far back a request is looked for when its own address is opened.
const NEWEST = 200

export function inspectorPages(app: App): void {
  app.get('/dashboard/inspector', async (c) => {
    const { ctx, environment, csrf } = c.get('view')
    const [bins, destinations] = await Promise.all([listInspectorBins(ctx), listDestinations(ctx, environment)])
    const own = destinations.data.flatMap((row) => {
      const bin = inspectorBin(row.target)
      return bin === null ? [] : [{ bin, name: row.name, seen: bins.data.find((each) => each.bin === bin) ?? null }]
    })
    const others = bins.data.filter((each) => !own.some((row) => row.bin === each.bin))
    return page(c, {
      section: 'inspector',
      title: 'Inspector',
      lead: 'Receives webhooks and shows each request as it came: method, headers, body, and whether the signature fits.',
      actions: postButton(csrf, '/dashboard/destinations/inspector', 'New inspector', {
        className: own.length === 0 ? 'primary' : '',
      }),
      body: html`<div class="card">
        ${
          own.length + others.length === 0
            ? empty('No inspector yet. A new one is a destination of this environment at once, and gets every event.')
            : html`<div class="table">
                <table class="reflow">
                  <thead>
                    <tr>
                      <th scope="col">Inspector</th>
                      <th scope="col">Kept requests</th>
                      <th scope="col">Latest</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${own.map(
                      (row) =>
                        html`<tr>
                          <td class="name">
                            <a href="/dashboard/inspector/${row.bin}">${row.name}</a>
                            <span class="small">destination of ${environment.name}</span>
                          </td>
                          <td data-label="Kept">${row.seen?.requests ?? 0}</td>
                          <td>${moment(row.seen?.last_at ?? null, 'nothing yet')}</td>
                        </tr>`,
                    )}
                    ${others.map(
                      (row) =>
                        html`<tr>
                          <td><a href="/dashboard/inspector/${row.bin}">${row.bin}</a></td>
                          <td data-label="Kept">${row.requests}</td>
                          <td>${moment(row.last_at)}</td>
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>`
        }
      </div>`,
    })
  })

  app.get('/dashboard/inspector/:bin', (c) => binPage(c))

  app.post('/dashboard/inspector/:bin/clear', async (c) => {
    const bin = c.req.param('bin')
    const { deleted } = await clearInspector(c.get('view').ctx, { bin })
    return done(c, `/dashboard/inspector/${encodeURIComponent(bin)}`, `Forgot ${plural(deleted, 'request')}.`)
  })
}

async function binPage(c: Call): Promise<Response> {
  const view = c.get('view')
  const { environment } = view
  const bin = c.req.param('bin')!
  if (!BIN.test(bin)) return c.notFound() as Response
  const elsewhere = await productionOf(view, bin)
  const hidden = view.privacy.hidden || elsewhere !== null
  const ctx = { ...view.ctx, masked: hidden }
  const cursor = queryText(c, 'cursor')
  const id = queryText(c, 'request')
  const list = await listInspectorRequests(ctx, { bin, cursor })
  const chosen =
    id === undefined ? list.data[0] : (list.data.find((row) => row.id === id) ?? (await older(ctx, bin, id)))
  const destinations = await listDestinations(ctx, environment)
  const destination = destinations.data.find((row) => inspectorBin(row.target) === bin)
  const url = `${ctx.publicUrl}/inspect/${bin}`
  return page(c, {
    section: 'inspector',
    values: true,
    title: destination?.name ?? bin,
    crumbs: [['Inspector', '/dashboard/inspector']],
    lead:
      destination === undefined
        ? 'No destination of this environment points here.'
        : html`A destination of ${environment.name}:
            <a href="/dashboard/destinations/${destination.id}">its settings</a>`,
    live: cursor === undefined ? 'stream' : null,
    actions: html`<a
      class="button"
      href="/dashboard/simulator${destination === undefined ? '' : `?destination_id=${destination.id}`}"
      >Send a made-up event</a
    >`,
    body: html`${
        elsewhere === null
          ? ''
          : notice(
              'info',
              html`This inspector may hold health values of ${elsewhere.name}. Choose that environment above to show
              them.`,
            )
      }${copyField(url, 'URL of this inspector')}
      <div class="split">
        <section class="card" aria-label="Requests">
          ${list.data.length === 0 ? waiting(bin, url) : requestTable(c, bin, list, chosen?.id)}
        </section>
        <div class="stack" id="chosen" ${id === undefined ? html`data-live-part` : ''}>
          ${chosen === undefined ? (id === undefined ? '' : notice('info', 'This request is no longer kept.')) : requestPart(c, chosen, hidden)}
        </div>
      </div>`,
  })
}

function waiting(bin: string, url: string): Html {
  return html`<div class="empty" data-live="/admin/v1/inspector/${bin}/stream">
    <p>Waiting for the first request to this URL. Try it:</p>
    ${codeBlock(`curl -X POST ${url} -H 'content-type: application/json' -d '{"hello":"inspector"}'`, 'curl command')}
  </div>`
}

function requestTable(c: Call, bin: string, list: Listing<InspectorRequestView>, chosen: string | undefined): Html {
  const cursor = queryText(c, 'cursor')
  const { csrf } = c.get('view')
  return html`<div class="table">
      <table class="reflow">
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            <th scope="col">Request</th>
            <th scope="col">Signature</th>
            <th scope="col" class="number">Size</th>
          </tr>
        </thead>
        <tbody ${cursor === undefined ? html`data-live="/admin/v1/inspector/${bin}/stream"` : ''}>
          ${list.data.map((row) => requestRow(bin, row, cursor, row.id === chosen, c.get('view').ctx.clock.now()))}
        </tbody>
      </table>
    </div>
    <div class="pager">
      <span class="row"
        ><button type="button" class="dense" data-new hidden>Show new</button>${
          cursor === undefined ? '' : html`<a class="button dense" href="/dashboard/inspector/${bin}">Newest</a>`
        }${list.next_cursor === null ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: list.next_cursor, request: undefined })}">Older</a>`}</span
      >
      ${confirmed('Forget all…', 'Deletes what this inspector keeps. Events and their deliveries stay.', postButton(csrf, `/dashboard/inspector/${bin}/clear`, 'Forget all requests', { className: 'danger' }))}
    </div>`
}

/** The production environment whose events come here, unless it is the chosen one. A bin that nothing points at may be any's. */
async function productionOf({ ctx, environment, environments }: View, bin: string): Promise<EnvironmentRow | null> {
  const productions = environments.filter((each) => each.kind === 'production')
  if (productions.length === 0) return null
  const pointing = await destinationsAt(ctx, bin)
  const theirs = productions.filter(
    ({ id }) => pointing.length === 0 || pointing.some((row) => row.environment_id === id),
  )
  return theirs.some(({ id }) => id === environment.id) ? null : (theirs[0] ?? null)
}

async function older(ctx: Context, bin: string, id: string): Promise<InspectorRequestView | undefined> {
  const list = await listInspectorRequests(ctx, { bin, limit: NEWEST })
  return list.data.find((row) => row.id === id)
}

function requestRow(
  bin: string,
  row: InspectorRequestView,
  cursor: string | undefined,
  selected: boolean,
  now: number,
): Html {
  const query = new URLSearchParams({ ...(cursor === undefined ? {} : { cursor }), request: row.id })
  return html`<tr data-id="${row.id}" ${selected ? html`aria-selected="true"` : ''}>
    <td class="nowrap">${instant(row.received_at, now)}</td>
    <td>
      <a href="/dashboard/inspector/${bin}?${query.toString()}#chosen">${row.method} ${eventTypeOf(row) ?? ''}</a>
    </td>
    <td>${verdict(row)}</td>
    <td class="number">${bytes(sizeOf(row))}</td>
  </tr>`
}

function verdict(row: InspectorRequestView): Html {
  if (row.signature_valid === null) return badge('neutral', 'Not signed')
  return row.signature_valid ? badge('ok', 'Signature fits') : badge('err', 'Signature does not fit')
}

function requestPart(c: Call, row: InspectorRequestView, hidden: boolean): Html {
  const bytesOfBody = bodyOf(row)
  const text = bytesOfBody.toString('utf8')
  const body = hidden && text !== '' ? maskedEvent(text) : text
  const view = queryText(c, 'view')
  const tab = view === 'raw' || view === 'headers' ? view : 'body'
  const link = (value: string | undefined) => `${withQuery(c, { request: row.id, view: value })}#chosen`
  return html`<section class="card" aria-labelledby="request">
    <header>
      <h2 id="request">${row.method} <code>${row.path}</code></h2>
      ${verdict(row)}
    </header>
    <div class="body">
      <p class="small">Received ${moment(row.received_at)}, ${bytes(bytesOfBody.length)}</p>
      ${explained(row)}
      <nav class="tabs" aria-label="Parts of the request">
        <a href="${link(undefined)}" ${tab === 'body' ? html`aria-current="true"` : ''}>Body</a>
        <a href="${link('raw')}" ${tab === 'raw' ? html`aria-current="true"` : ''}>Raw</a>
        <a href="${link('headers')}" ${tab === 'headers' ? html`aria-current="true"` : ''}>Headers</a>
      </nav>
      ${
        tab === 'headers'
          ? codeBlock(
              Object.entries(row.headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join('\n'),
              'headers',
            )
          : body === ''
            ? html`<p>The body is empty.</p>`
            : tab === 'raw'
              ? html`<pre class="wrap" tabindex="0" role="region" aria-label="Raw body">${body}</pre>`
              : jsonView(body, 'Body', link('raw'))
      }
    </div>
  </section>`
}

function explained(row: InspectorRequestView): Html | '' {
  if (row.signature_valid === false) {
    return notice(
      'err',
      html`The header <code>terra-signature</code> does not fit this body under any signing secret of this installation
        that works now. Either another secret was used, or the body changed on the way: verify the bytes as they came,
        before any JSON parser.`,
    )
  }
  return ''
}

function bodyOf(row: InspectorRequestView): Buffer {
  return Buffer.from(row.body_base64, 'base64')
}

/** Our own events say their type near the beginning; bodies can be megabytes, so no more of them is read here. */
function eventTypeOf(row: InspectorRequestView): string | null {
  const beginning = Buffer.from(row.body_base64.slice(0, 400), 'base64').toString('utf8')
  return /^\s*\{(?:\s*"status"\s*:\s*"\w+"\s*,)?\s*"type"\s*:\s*"([a-z0-9_]{1,40})"/.exec(beginning)?.[1] ?? null
}

/** What base64 text stands for, without decoding it. */
function sizeOf(row: InspectorRequestView): number {
  const padding = /=*$/.exec(row.body_base64)![0].length
  return (row.body_base64.length / 4) * 3 - padding
}
