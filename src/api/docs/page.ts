// The frame of every page of the reference: no script, nothing from another host.
import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
}

export async function page(title: string, body: Html, status = 200): Promise<Response> {
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Loam API</title>
        <link rel="stylesheet" href="/static/tokens.css" />
        <link rel="stylesheet" href="/docs/docs.css" />
        <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <header>
          <a href="/docs">Loam API</a>
          <a href="/docs/events">Events</a>
          <a href="/docs/schemas">Schemas</a>
          <a href="/docs/errors">Errors</a>
          <a href="/openapi.json">OpenAPI document</a>
          <a href="/dashboard">Dashboard</a>
        </header>
        <main>${body}</main>
      </body>
    </html>`
  return new Response(String(text), { status, headers: HEADERS })
}

/** Backticks become code; nothing else of Markdown is used in descriptions. */
export function prose(text: string): Html {
  const parts = text.split('`')
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
