// The frame around every page of the widget. No page has a script; nothing comes from another host.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Context as Request } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Language } from './language.ts'
import { catalogues } from './locales/index.ts'

export type Html = ReturnType<typeof html>

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const tokensHref = versioned('tokens.css')
const widgetHref = versioned('widget.css')

export interface PageOptions {
  language: Language
  title: string
  /** Whose app the person comes from, when the operator named it. */
  appName: string | null
  /** Where the language list leads: this page, with `?lang=` added. Null on the pages that end something. */
  languagePath: string | null
  body: Html
}

export function answer(c: Request, status: ContentfulStatusCode, options: PageOptions): Response | Promise<Response> {
  c.header('content-security-policy', CONTENT_SECURITY_POLICY)
  c.header('x-frame-options', 'DENY')
  c.header('referrer-policy', 'no-referrer')
  c.header('x-content-type-options', 'nosniff')
  c.header('x-robots-tag', 'noindex')
  c.header('cache-control', 'no-store')
  c.header('content-language', options.language.tag)
  return c.html(document(options), status)
}

function document({ language, title, appName, languagePath, body }: PageOptions): Html {
  const { text } = language
  return html`<!doctype html>
    <html lang="${language.tag}" dir="${text.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}${appName === null ? '' : ` · ${appName}`}</title>
        <meta name="color-scheme" content="light dark" />
        <link rel="stylesheet" href="${tokensHref}" />
        <link rel="stylesheet" href="${widgetHref}" />
        <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <header class="top">
          <div class="app">${mark()}<span>${appName ?? text.pageTitle}</span></div>
          ${languagePath === null ? '' : languageList(language, languagePath)}
        </header>
        <main>${body}</main>
        ${languagePath === null ? '' : html`<footer>${text.footer}</footer>`}
      </body>
    </html>`
}

function languageList({ tag, text }: Language, path: string): Html {
  return html`<details class="language">
    <summary><span class="visually-hidden">${text.chooseLanguage}: </span>${text.language}${icon.down}</summary>
    <ul>
      ${Object.entries(catalogues).map(
        ([other, catalogue]) =>
          html`<li>
            <a
              href="${path}?lang=${other}"
              lang="${other}"
              hreflang="${other}"
              rel="nofollow"
              ${other === tag ? html`aria-current="true"` : ''}
              >${catalogue.language}</a
            >
          </li>`,
      )}
    </ul>
  </details>`
}

/** One pulse stroke on a spruce tile. */
function mark(): Html {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--spruce)" />
    <path
      d="M6 17h5l3-8 4 14 3-6h5"
      fill="none"
      stroke="var(--on-spruce)"
      stroke-width="2.25"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>`
}

export const icon = {
  go: stroke('m9 6 6 6-6 6', 'go'),
  turn: stroke('m9 6 6 6-6 6', 'turn flip'),
  down: stroke('m6 9 6 6 6-6', ''),
  clock: stroke('M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16m0 4v4.5l3 2', ''),
  used: stroke('m5 12.5 4.5 4.5L19 7', ''),
  lost: stroke('M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8m0 3v.01M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16', ''),
  search: stroke('M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13m5 11.5L20 20', ''),
}

function stroke(path: string, className: string): Html {
  return html`<svg
    class="${className}"
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d="${path}" />
  </svg>`
}

/** The address changes with the content, so that browsers may keep it for good. */
function versioned(name: string): string {
  const bytes = readFileSync(new URL(`../web/static/${name}`, import.meta.url))
  return `/static/${name}?v=${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`
}
