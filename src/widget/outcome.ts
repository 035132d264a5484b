// How a sign-in ended.
import { html } from 'hono/html'
import type { Language } from './language.ts'
import type { Cause } from './locales/index.ts'
import { type Html, icon } from './page.ts'

export function donePage({ text }: Language, provider: { id: string; name: string }): Html {
  return html`<div class="pair">
      <img src="/static/providers/${provider.id.toLowerCase()}.svg" alt="" width="56" height="56" /><i class="done"></i
      >${appTile()}
    </div>
    <h1>${text.doneTitle(provider.name)}</h1>
    <p>${text.doneText}</p>`
}

// Every word that a provider or our own flow gives as the reason, and what it means for the person.
const CAUSES: Record<string, Cause> = {
  access_denied: 'denied',
  user_denied: 'denied',
  consent_required: 'denied',
  invalid_scope: 'no_scopes',
  no_scopes: 'no_scopes',
  account_linked: 'other_account',
  too_many_attempts: 'too_many_attempts',
  session_expired: 'timed_out',
  flow_expired: 'timed_out',
  flow_not_found: 'timed_out',
  state_mismatch: 'other_browser',
  provider_unavailable: 'provider_down',
  server_error: 'provider_down',
  temporarily_unavailable: 'provider_down',
  token_exchange_failed: 'provider_down',
  provider_not_configured: 'not_set_up',
  provider_not_enabled: 'not_set_up',
  unknown_provider: 'not_set_up',
  unauthorized_client: 'not_set_up',
  invalid_client: 'not_set_up',
}

export interface FailedOptions {
  language: Language
  reason: string
  /** Null when the address does not name one that we know. */
  providerName: string | null
  sessionId: string
  at: number
  /** Null when the session takes no further attempt. */
  tryAgainPath: string | null
  /** Null when there is nothing else to choose. */
  choosePath: string | null
}

export function failedPage(options: FailedOptions): Html {
  const { text, tag } = options.language
  const name = options.providerName ?? text.someProvider
  const reason = /^[a-z_]{1,64}$/.test(options.reason) ? options.reason : 'unknown'
  const cause = text.causes[CAUSES[reason] ?? 'unknown']
  const time = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'long', timeZone: 'UTC' })
  return html`<h1>${text.failedTitle(name)}</h1>
    <div class="notice err">
      <h2>${cause.title(name)}</h2>
      <p>${cause.text}</p>
    </div>
    <div class="actions">
      ${options.tryAgainPath === null ? '' : html`<a class="button primary" href="${options.tryAgainPath}">${text.tryAgain(name)}</a>`}
      ${options.choosePath === null ? '' : html`<a class="button" href="${options.choosePath}">${text.chooseAnother}</a>`}
    </div>
    ${options.tryAgainPath === null && options.choosePath === null ? html`<p>${text.expiredText}</p>` : ''}
    <details>
      <summary>${icon.turn}${text.supportDetails}</summary>
      <dl class="facts">
        <dt>${text.supportCode}</dt>
        <dd>${reason}</dd>
        <dt>${text.supportSession}</dt>
        <dd>${options.sessionId}</dd>
        <dt>${text.supportTime}</dt>
        <dd>${time.format(options.at)}</dd>
      </dl>
    </details>`
}

function appTile(): Html {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--spruce)" />
    <path
      d="m9 16.5 5 5 9-11"
      fill="none"
      stroke="var(--on-spruce)"
      stroke-width="2.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>`
}
