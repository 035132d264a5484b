// The page on which a person would allow or refuse. Links, not a form: its answer leaves this origin.
import { html } from 'hono/html'
import { person, PERSONAS } from '../people/person.ts'

export interface Choice {
  /** Null: the page again, with other scopes ticked. */
  answer: 'approve' | 'deny' | null
  person?: string
  /** The scopes that stay ticked. */
  grant?: readonly string[]
}

export interface ConsentView {
  provider: string
  clientId: string
  asked: readonly string[]
  ticked: readonly string[]
  linkFor(choice: Choice): string
}

export const CONSENT_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 32rem; padding: 2rem 1rem }
  h1 { font-size: 1.375rem; line-height: 1.25 } p { margin: .75rem 0 }
  ul { list-style: none; padding: 0 } li { margin: .5rem 0 }
  a { display: block; padding: .75rem 1rem; border: 1px solid #7e7b70; border-radius: 10px; color: inherit; text-decoration: none; overflow-wrap: anywhere }
  a:focus-visible { outline: 2px solid #0b57d0; outline-offset: 2px }
  .scopes li { display: inline-block; margin: .25rem .25rem .25rem 0 } .scopes a { padding: .25rem .75rem }
  small { display: block; opacity: .8 } code { font-size: .875rem }
`

export function consentPage(view: ConsentView) {
  const grant = view.ticked
  return page(
    `Allow access - ${view.provider} sandbox`,
    html`<h1>Allow <code>${view.clientId}</code> to read your ${view.provider} data?</h1>
      <p>This is Loam's sandbox: it plays ${view.provider}'s sign-in. Nobody here is real. Choose who you are.</p>
      ${view.asked.length === 0 ? '' : scopeList(view)}
      <ul>
        ${PERSONAS.map((id) => {
          const who = person(id)
          return html`<li>
            <a href="${view.linkFor({ answer: 'approve', person: id, grant })}"
              >Allow as ${who.name}<small>${who.story}</small></a
            >
          </li>`
        })}
        <li>
          <a href="${view.linkFor({ answer: 'approve', grant })}"
            >Allow as someone new<small>A person made up for this sign-in.</small></a
          >
        </li>
        <li><a href="${view.linkFor({ answer: 'deny' })}">Deny</a></li>
      </ul>`,
  )
}

/** Each scope is a link to the same page with that scope the other way. */
function scopeList({ asked, ticked, linkFor }: ConsentView) {
  return html`<p>Asked for; choose one to leave it out or take it back:</p>
    <ul class="scopes">
      ${asked.map((scope) => {
        const on = ticked.includes(scope)
        const next = asked.filter((each) => (each === scope ? !on : ticked.includes(each)))
        return html`<li>
          <a href="${linkFor({ answer: null, grant: next })}">${on ? '\u2713' : '\u2717'} ${scope}</a>
        </li>`
      })}
    </ul>`
}

export function errorPage(provider: string, problem: string) {
  return page(
    `Cannot continue - ${provider} sandbox`,
    html`<h1>This sign-in cannot go on</h1>
      <p>${problem}</p>`,
  )
}

function page(title: string, body: unknown) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`
}
