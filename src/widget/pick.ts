// The list of devices and apps.
import { html } from 'hono/html'
import type { Connector } from '../connectors/connector.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Language } from './language.ts'
import { type Html, icon } from './page.ts'
import type { OpenSession } from './session.ts'

// Fewer than this fit on a phone's screen: a search box would only be in the way.
const SEARCH_FROM = 6

export interface PickOptions {
  session: OpenSession
  language: Language
  query: string
  connections: readonly ConnectionRow[]
  /** A provider whose disconnection is to be confirmed on top. */
  disconnected: Connector | null
}

export function pickPage({ session, language, query, connections, disconnected }: PickOptions): Html {
  const { text } = language
  if (session.connectors.length === 0) {
    return html`<h1>${text.nothingTitle}</h1>
      <p>${text.nothingText}</p>`
  }
  const shown = matching(session.connectors, query)
  return html`${disconnected === null ? '' : html`<div class="notice ok" role="status"><p>${text.disconnected(disconnected.name)}</p></div>`}
    <h1>${text.pickTitle}</h1>
    <p>${text.pickLead}</p>
    ${session.connectors.length >= SEARCH_FROM || query !== '' ? searchForm(language, query) : ''}
    ${
      shown.length === 0
        ? html`<p role="status">${text.noMatch(query)}</p>
            <a class="button" href="?">${text.showAll}</a>`
        : html`<ul class="list">
            ${shown.map((connector) => row(session, connector, connections, language))}
          </ul>`
    }`
}

function searchForm({ text }: Language, query: string): Html {
  return html`<form class="search" role="search" method="get">
    <input
      type="search"
      name="q"
      value="${query}"
      aria-label="${text.search}"
      placeholder="${text.search}"
      maxlength="60"
      autocomplete="off"
    />
    <button type="submit"><span class="visually-hidden">${text.searchButton}</span>${icon.search}</button>
  </form>`
}

function row(
  session: OpenSession,
  connector: Connector,
  connections: readonly ConnectionRow[],
  language: Language,
): Html {
  const { text } = language
  const own = connections.filter((connection) => connection.provider === connector.id)
  const base = `/session/${encodeURIComponent(session.row.id)}`
  return html`<li>
    <a class="row" href="${base}/connect/${connector.id}">
      <img src="/static/providers/${connector.id.toLowerCase()}.svg" alt="" width="40" height="40" />
      <span><b>${connector.name}</b><span class="small">${whatItGives(connector, language)}</span></span>
      ${chip(own, language) ?? icon.go} </a
    >${
      session.row.show_disconnect === 1
        ? own.map(
            (connection) =>
              html`<span class="also"
                ><a href="${base}/disconnect/${connection.user_id}">${text.disconnect(connector.name)}</a></span
              >`,
          )
        : ''
    }
  </li>`
}

function chip(connections: readonly ConnectionRow[], { text }: Language): Html | null {
  if (connections.length === 0) return null
  return connections.every((connection) => connection.state === 'connected')
    ? html`<span class="chip ok">${text.connected}</span>`
    : html`<span class="chip warn">${text.signInAgain}</span>`
}

/** From what the connector reads, in the reader's language: “Sleep, Workouts, Body”. */
export function whatItGives(connector: Connector, { tag, text }: Language): string {
  const types = new Set(Object.values(connector.reads).flatMap((read) => read.types))
  types.delete('athlete')
  return new Intl.ListFormat(tag, { type: 'unit' }).format([...types].map((type) => text.dataTypes[type]))
}

function matching(connectors: readonly Connector[], query: string): Connector[] {
  const wanted = folded(query)
  return connectors.filter(
    (connector) => folded(connector.name).includes(wanted) || folded(connector.id).includes(wanted),
  )
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()
}
