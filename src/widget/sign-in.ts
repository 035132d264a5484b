// The form for providers that have no page of their own to send people to.
import { html } from 'hono/html'
import type { FormProblem, SignInForm } from '../credentials/sign-in-form.ts'
import type { Language } from './language.ts'
import type { Html } from './page.ts'

export interface SignInOptions {
  language: Language
  form: SignInForm
  state: string
  problem: FormProblem | null
  /** Fields that were left empty. */
  missing: readonly string[]
  /** What was typed, without the secrets. */
  typed: Record<string, string>
}

export function signInPage({ language, form, state, problem, missing, typed }: SignInOptions): Html {
  const { text } = language
  const { name, id } = form.provider
  return html`<img src="/static/providers/${id.toLowerCase()}.svg" alt="" width="56" height="56" />
    <h1>${text.signInTitle(name)}</h1>
    <p>${text.signInLead(name)}</p>
    ${problem === null ? '' : html`<div class="notice err" role="alert"><p>${told(problem, language, name)}</p></div>`}
    <form class="sign-in" method="post">
      <input type="hidden" name="state" value="${state}" />
      ${form.fields.map((field) => {
        const wrong = missing.includes(field.name)
        const inputId = `field-${field.name.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`
        return html`<div class="field">
          <label for="${inputId}">${labelOf(field, language)}</label>
          <input
            id="${inputId}"
            name="${field.name}"
            type="${field.secret ? 'password' : 'text'}"
            value="${field.secret ? '' : (typed[field.name] ?? '')}"
            autocomplete="${field.secret ? 'current-password' : 'username'}"
            autocapitalize="off"
            spellcheck="false"
            maxlength="500"
            required
            ${wrong ? html`aria-invalid="true" aria-describedby="${inputId}-problem"` : ''}
          />
          ${wrong ? html`<p class="problem" id="${inputId}-problem">${text.fieldEmpty}</p>` : ''}
        </div>`
      })}
      <div class="actions">
        <button class="button primary" name="do" value="connect">${text.signInButton(name)}</button>
        <button class="button" name="do" value="cancel" formnovalidate>${text.cancel}</button>
      </div>
    </form>
    <p class="small">${text.signInStored}</p>`
}

function told(problem: FormProblem, { text }: Language, name: string): string {
  if (problem === 'refused') return text.signInRefused(name)
  return problem === 'unavailable' ? text.causes.provider_down.title(name) : text.fieldEmpty
}

/** Words that every form has are in the reader's language; others as the connector spells them. */
function labelOf({ name, label }: { name: string; label: string }, { text }: Language): string {
  const known: Record<string, string> = text.fieldLabels
  return Object.hasOwn(known, name) ? known[name]! : label
}
