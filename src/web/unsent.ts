// A form that was sent after its session had ended: what was typed goes along in the page that asks to sign in, and nowhere
// else, and is sent once its sender says so.
import type { Context as Request } from 'hono'
import { html } from 'hono/html'
import { alone } from './layout.ts'
import type { Html } from './parts/html.ts'
import { postForm } from './parts/form.ts'
import { dashboardPath, fieldsOf, type Form, readForm } from './query.ts'
import { type Call, themeOf } from './view.ts'

/** It stands in a page inside another form, each character as up to nine: more would be too large to come back. */
const MOST_CHARACTERS = 100_000

export interface Unsent {
  /** Where it was to go. */
  to: string
  /** As forms are encoded. */
  fields: string
}

/** What a form of a page holds; null where nothing was typed. */
export async function unsentForm(c: Request): Promise<Unsent | null> {
  // Switches of the frame around each page name the page they go back to.
  const { csrf: _, back, ...typed } = await readForm(c as Call)
  const fields = encoded(typed)
  if (back !== undefined || fields === '' || fields.length > MOST_CHARACTERS) return null
  return { to: c.req.path, fields }
}

/** What a sign-in form carries along. */
export async function carriedForm(c: Request): Promise<Unsent | null> {
  const [to, fields] = await fieldsOf(c, 'unsent_to', 'unsent')
  return to === undefined || fields === undefined ? null : { to: dashboardPath(to), fields }
}

export function carriedFields({ to, fields }: Unsent): Html {
  return html`<input type="hidden" name="unsent_to" value="${to}" /><input
      type="hidden"
      name="unsent"
      value="${fields}"
    />`
}

/** Its sender says whether, as the environment may be another one by now. */
export function sendPage(
  c: Request,
  { unsent, csrf, environment, next }: { unsent: Unsent; csrf: string; environment: string; next: string },
): Response | Promise<Response> {
  return alone(c, {
    title: 'Send the form?',
    theme: themeOf(c),
    body: html`<div class="card">
      <div class="body">
        <h1>Send the form?</h1>
        <p>You are signed in again. What you typed was kept, and is sent to ${environment}.</p>
        ${postForm(
          csrf,
          unsent.to,
          html`${[...new URLSearchParams(unsent.fields)].map(
              ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
            )}
            <div class="row">
              <button class="primary">Send it</button><a class="button" href="${next}">Leave it</a>
            </div>`,
          'form',
        )}
      </div>
    </div>`,
  })
}

function encoded(form: Form): string {
  const pairs = Object.entries(form).flatMap(([name, all]) => all.map((value): [string, string] => [name, value]))
  return new URLSearchParams(pairs).toString()
}
