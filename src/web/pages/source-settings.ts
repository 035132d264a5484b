// What a source has besides client and scopes: further credentials, the choice of an API, other hosts.
import { html } from 'hono/html'
import type { SourceView } from '../../api/admin/sources.ts'
import type { Problems } from '../form-problems.ts'
import { field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { type Form, formText } from '../query.ts'

const OWN_API = ''

export function furtherFields(source: SourceView, form: Form, problems: Problems): Html {
  const hosts = Object.entries(source.hosts)
  return html`${source.credential_fields.map((each) => {
    const name = `credentials.${each.name}`
    return field({
      name,
      label: each.label,
      type: each.secret ? 'password' : 'text',
      ...(each.secret ? { autocomplete: 'new-password', placeholder: each.value ?? '' } : {}),
      value: formText(form, name) ?? (each.secret ? '' : each.value),
      mono: true,
      problem: problems.fields[name],
      hint: each.secret && each.value !== null ? `${each.help} Leave this empty to keep what is stored.` : each.help,
    })
  })}
  ${
    source.apis.length === 0
      ? ''
      : field({
          name: 'api',
          label: 'API for new connections',
          value: formText(form, 'api') ?? source.api ?? OWN_API,
          problem: problems.fields.api,
          options: [[OWN_API, 'The usual one'], ...source.apis.map((api) => [api, api] as const)],
          hint: 'Connections that exist stay with the one they were made with.',
        })
  }
  ${
    hosts.length === 0
      ? ''
      : html`<details>
          <summary>Hosts</summary>
          <p class="hint">Only for staging systems and regions. Leave one empty to bring back its usual address.</p>
          ${hosts.map(([host, origin]) =>
            field({
              name: `hosts.${host}`,
              label: host,
              value: formText(form, `hosts.${host}`) ?? origin,
              mono: true,
              problem: problems.fields[`hosts.${host}`],
            }),
          )}
        </details>`
  }`
}

/** The members of a change that those fields stand for; what was not touched is left out. */
export function furtherSettings(
  form: Form,
  source: SourceView,
): { credentials?: Record<string, string | null>; api?: string | null; hosts?: Record<string, string | null> } {
  const credentials: Record<string, string | null> = {}
  for (const each of source.credential_fields) {
    const text = formText(form, `credentials.${each.name}`)
    if (text !== undefined && text !== '') credentials[each.name] = text
    else if (!each.secret && each.value !== null) credentials[each.name] = null
  }
  const hosts: Record<string, string | null> = {}
  for (const [host, origin] of Object.entries(source.hosts)) {
    const text = formText(form, `hosts.${host}`)
    if (text !== origin) hosts[host] = text === undefined || text === '' ? null : text
  }
  return {
    credentials,
    hosts,
    ...(source.apis.length === 0 ? {} : { api: formText(form, 'api') || null }),
  }
}

export function settingNames(form: Form): string[] {
  return Object.keys(form).filter((name) => /^(?:credentials|hosts)\./.test(name) || name === 'api')
}
