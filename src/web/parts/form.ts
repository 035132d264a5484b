// Forms: label above, hint, and what is wrong beside the field. They work as plain HTML.
import { html } from 'hono/html'
import type { Html } from './html.ts'

export interface FieldOptions {
  name: string
  /** Where several forms of one page have a field of this name. */
  id?: string
  label: string
  value?: string | number | null
  hint?: Html | string
  /** What is wrong with the value. */
  problem?: string | undefined
  type?: 'text' | 'url' | 'number' | 'password' | 'search' | 'date' | 'datetime-local'
  required?: boolean
  placeholder?: string
  /** `new-password` keeps browsers from filling in something of their own. */
  autocomplete?: string
  wide?: boolean
  mono?: boolean
  rows?: number
  options?: readonly (readonly [value: string, label: string])[]
  /** Send the form as soon as another option is chosen. */
  sends?: boolean
  min?: number
  max?: number
  step?: number | 'any'
}

export function field(options: FieldOptions): Html {
  const id = `field-${(options.id ?? options.name).replace(/[^A-Za-z0-9_-]/g, '-')}`
  const described = [
    options.hint === undefined ? null : `${id}-hint`,
    options.problem === undefined ? null : `${id}-problem`,
  ].filter((name) => name !== null)
  const common = html`id="${id}" name="${options.name}" ${options.required ? html`required` : ''}
  ${options.problem === undefined ? '' : html`aria-invalid="true" autofocus`}
  ${described.length === 0 ? '' : html`aria-describedby="${described.join(' ')}"`}
  ${options.mono ? html`class="mono" spellcheck="false" autocapitalize="off"` : ''}`
  return html`<div class="field ${options.wide ? 'wide' : ''}">
    <label for="${id}">${options.label}</label>
    ${control(options, common)}
    ${options.hint === undefined ? '' : html`<p class="hint" id="${id}-hint">${hintOf(options.hint)}</p>`}
    ${options.problem === undefined ? '' : html`<p class="problem" id="${id}-problem">${options.problem}</p>`}
  </div>`
}

/** Descriptions are written for the API reference, too: what stands between backticks is code. */
function hintOf(hint: Html | string): Html | string {
  if (typeof hint !== 'string') return hint
  return html`${hint.split('`').map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`))}`
}

function control(options: FieldOptions, common: Html): Html {
  const value = options.value ?? ''
  if (options.options !== undefined) {
    return html`<select ${common} ${options.sends ? html`data-send` : ''}>
      ${options.options.map(
        ([option, label]) =>
          html`<option value="${option}" ${String(value) === option ? html`selected` : ''}>${label}</option>`,
      )}
    </select>`
  }
  if (options.rows !== undefined) {
    return html`<textarea ${common} rows="${options.rows}" placeholder="${options.placeholder ?? ''}">
${value}</textarea>`
  }
  return html`<input
    ${common}
    type="${options.type ?? 'text'}"
    value="${value}"
    placeholder="${options.placeholder ?? ''}"
    ${options.autocomplete === undefined ? html`autocomplete="off"` : html`autocomplete="${options.autocomplete}"`}
    ${options.min === undefined ? '' : html`min="${options.min}"`}
    ${options.max === undefined ? '' : html`max="${options.max}"`}
    ${options.step === undefined ? '' : html`step="${options.step}"`}
  />`
}

export function checkbox(options: {
  name: string
  value?: string
  label: string
  hint?: string
  checked?: boolean
}): Html {
  return html`<label class="check"
    ><input
      type="checkbox"
      name="${options.name}"
      value="${options.value ?? 'on'}"
      ${options.checked ? html`checked` : ''}
    /><span
      >${options.label}${options.hint === undefined ? '' : html`<span class="hint">${hintOf(options.hint)}</span>`}</span
    ></label
  >`
}

/** A form that changes something. `csrf` is the session's own word. */
export function postForm(csrf: string, action: string, content: Html, className = ''): Html {
  return html`<form method="post" action="${action}" class="${className}">
    <input type="hidden" name="csrf" value="${csrf}" />${content}
  </form>`
}

/** One button that changes something. */
export function postButton(
  csrf: string,
  action: string,
  label: Html | string,
  options: { className?: string; fields?: Record<string, string> } = {},
): Html {
  const fields = Object.entries(options.fields ?? {})
  return postForm(
    csrf,
    action,
    html`${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button
        class="${options.className ?? ''}"
      >
        ${label}
      </button>`,
  )
}

/** What cannot be undone asks once more, in place, and names what it does. */
export function confirmed(summary: string, text: Html | string, form: Html): Html {
  return html`<details class="confirm bad">
    <summary>${summary}</summary>
    <p>${text}</p>
    ${form}
  </details>`
}
