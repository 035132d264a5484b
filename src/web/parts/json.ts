// JSON for reading: indented, coloured by kind, cut where it would drown the page.
import { html, raw } from 'hono/html'
import type { Html } from './html.ts'

const LONGEST = 200_000

/** `whole` is the address of the same text uncut, where the page has one to offer. */
export function jsonView(text: string, label: string, whole: string | null = null): Html {
  const pretty = prettyJson(text)
  const shown = pretty.slice(0, LONGEST)
  return html`<pre class="json" tabindex="0" role="region" aria-label="${label}">${raw(coloured(shown))}</pre>
    ${
      shown.length < pretty.length
        ? html`<p class="small">
            Cut after ${LONGEST.toLocaleString('en')} characters of ${pretty.length.toLocaleString('en')}.
            ${whole === null ? '' : html`<a href="${whole}">The whole text</a>`}
          </p>`
        : ''
    }`
}

/** Indented when it is JSON; as it is when not. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

// A string, with its colon when it is a key; a number; a literal.
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g

function coloured(text: string): string {
  let out = ''
  let last = 0
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match
    const kind = string === undefined ? (/[\d-]/.test(whole[0]!) ? 'n' : 'l') : colon === undefined ? 's' : 'k'
    out += escaped(text.slice(last, match.index))
    out += `<span class="${kind}">${escaped(string ?? whole)}</span>${colon ?? ''}`
    last = match.index + whole.length
  }
  return out + escaped(text.slice(last))
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
