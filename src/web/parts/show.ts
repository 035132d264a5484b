// Small parts that only show something.
import { html } from 'hono/html'
import { connectorById } from '../../connectors/index.ts'
import type { Html } from './html.ts'
import { icon } from './icon.ts'

export type Tone = 'ok' | 'warn' | 'err' | 'info' | 'neutral'

export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`
}

export function notice(
  tone: Exclude<Tone, 'neutral'>,
  content: Html | string,
  role: 'status' | 'alert' | null = null,
): Html {
  const sign = tone === 'ok' ? icon('check') : tone === 'info' ? icon('info') : icon('warn')
  return html`<div class="notice ${tone}" ${role === null ? '' : html`role="${role}"`}>
    ${sign}
    <div>${content}</div>
  </div>`
}

/** An instant, as UTC from the server; the browser rewrites it as “3 minutes ago” and tells the rest in the title. */
export function moment(at: string | number | null, absent = '–'): Html | string {
  if (at === null) return absent
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}" data-relative title="${iso}">${utc(iso)}</time>`
}

/** An instant that stays as it is, in UTC: logs are compared with other logs. With its day unless that is today. */
export function instant(at: string | number, now: number): Html {
  const iso = new Date(at).toISOString()
  const isToday = new Date(now).toISOString().slice(0, 10) === iso.slice(0, 10)
  return html`<time class="mono" datetime="${iso}" title="${iso}"
    >${isToday ? '' : `${iso.slice(0, 10)} `}${iso.slice(11, 19)}</time
  >`
}

function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

let copies = 0

/** A value to take away. Without a script the whole value is selected by one click. */
export function copyField(value: string, label: string): Html {
  copies = (copies + 1) % 1_000_000
  const id = `copy-${copies}`
  return html`<div class="copy">
    <code id="${id}">${value}</code
    ><button type="button" data-copy="${id}" aria-label="Copy ${label}">
      ${icon('copy')}<span aria-live="polite">Copy</span>
    </button>
  </div>`
}

/** Text to take away whole: a command, a snippet, headers. `label` says what it is. */
export function codeBlock(text: string, label: string): Html {
  copies = (copies + 1) % 1_000_000
  const id = `copy-${copies}`
  return html`<div class="code">
    <div>
      <span class="small">${label}</span
      ><button type="button" class="dense" data-copy="${id}" aria-label="Copy: ${label}">
        ${icon('copy')}<span aria-live="polite">Copy</span>
      </button>
    </div>
    <pre id="${id}" tabindex="0" role="region" aria-label="${label}">${text}</pre>
  </div>`
}

export function facts(rows: readonly (readonly [string, Html | string | number | null])[]): Html {
  return html`<dl class="facts">
    ${rows.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value ?? '–'}</dd>`,
    )}
  </dl>`
}

/** Says what is not there, why, and what to do: one sentence and one action. */
export function empty(text: Html | string, action: Html | '' = ''): Html {
  return html`<div class="empty">
    <p>${text}</p>
    ${action}
  </div>`
}

/** Where few of many fit: what was looked through had none, and there is more. */
export function noneSoFar(next: string): Html {
  return empty(
    'Nothing among the newest fits. There is more to look through.',
    html`<a class="button" href="${next}">Look further</a>`,
  )
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`
  return `${(count / 1_000_000).toFixed(1)} MB`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${new Intl.NumberFormat('en').format(count)} ${count === 1 ? one : many}`
}

/** A source as people call it; the API's word for one that this version does not have. */
export function sourceName(provider: string): string {
  return connectorById(provider)?.name ?? provider
}
