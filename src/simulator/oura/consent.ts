// The page on which a person at Oura would allow or refuse. Links, not a form: its answer leaves this origin.
import { html } from 'hono/html'
import { person, PERSONAS } from '../people/person.ts'

export interface ConsentRequest {
  clientId: string
  redirectUri: string
  scopes: string[]
  state: string | null
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
  a { display: block; padding: .75rem 1rem; border: 1px solid #7e7b70; border-radius: 10px; color: inherit; text-decoration: none }
  a:focus-visible { outline: 2px solid #0b57d0; outline-offset: 2px }
  small { display: block; opacity: .8 } code { font-size: .875rem }
`

export function consentPage(request: ConsentRequest, linkFor: (choice: { person?: string; deny?: boolean }) => string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Allow access - Oura sandbox</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>Allow <code>${request.clientId}</code> to read your Oura data?</h1>
          <p>This is Loam's sandbox: it plays Oura's sign-in. Nobody here is real. Choose who you are.</p>
          <p>Asked for: ${request.scopes.join(', ')}</p>
          <ul>
            ${PERSONAS.map((id) => {
              const who = person(id)
              return html`<li>
                <a href="${linkFor({ person: id })}">Allow as ${who.name}<small>${who.story}</small></a>
              </li>`
            })}
            <li>
              <a href="${linkFor({})}">Allow as someone new<small>A person made up for this sign-in.</small></a>
            </li>
            <li><a href="${linkFor({ deny: true })}">Deny</a></li>
          </ul>
        </main>
      </body>
    </html>`
}

export function errorPage(problem: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Cannot continue - Oura sandbox</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>This sign-in cannot go on</h1>
          <p>${problem}</p>
        </main>
      </body>
    </html>`
}
