// The form of a destination: its own settings, drawn from its type's schema, and which events it wants.
import { html } from 'hono/html'
import { type DestinationTypeView, type DestinationView, listDestinationTypes } from '../../api/admin/destinations.ts'
import { listSources } from '../../api/admin/sources.ts'
import { eventTypeNames } from '../../api/event-types.ts'
import { ApiError } from '../../platform/errors.ts'
import { type Problems, problemsOf } from '../form-problems.ts'
import { checkbox, field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { type JsonSchema, schemaFieldNames, schemaFields } from '../parts/schema-form.ts'
import { type Form, formText } from '../query.ts'
import type { Call } from '../view.ts'

export async function settingsFields(
  c: Call,
  type: DestinationTypeView,
  row: DestinationView | null,
  form: Form,
  problems: Problems,
): Promise<Html> {
  const { ctx, environment } = c.get('view')
  const sources = (await listSources(ctx, environment)).data.filter((source) => source.enabled)
  const sent = Object.keys(form).length > 0
  const types = sent ? (form.event_types ?? []) : (row?.event_types ?? [])
  const providers = sent ? (form.providers ?? []) : (row?.providers ?? [])
  return html`${field({ name: 'name', label: 'Name', value: formText(form, 'name') ?? row?.name ?? '', hint: 'How lists call it. Empty: what it is.', problem: problems.fields.name })}
    ${schemaFields(type.settings as JsonSchema, { values: row?.settings ?? {}, typed: form, problems: problems.fields, secretsSet: row?.secrets ?? {} })}
    <details ${types.length + providers.length > 0 ? html`open` : ''}>
      <summary>Only some events</summary>
      <div class="stack">
        <fieldset>
          <legend>Types</legend>
          <p class="hint">None ticked means every type.</p>
          <div class="choices">
            ${eventTypeNames.map((name) => checkbox({ name: 'event_types', value: name, label: name, checked: types.includes(name) }))}
          </div>
        </fieldset>
        ${
          sources.length === 0
            ? ''
            : html`<fieldset>
                <legend>Sources</legend>
                <p class="hint">None ticked means every source.</p>
                <div class="choices">
                  ${sources.map((source) => checkbox({ name: 'providers', value: source.provider, label: source.name, checked: providers.includes(source.provider) }))}
                </div>
              </fieldset>`
        }
      </div>
    </details>`
}

export function filtersIn(form: Form): { event_types: string[] | null; providers: string[] | null } {
  const list = (name: string) => (form[name] === undefined || form[name].length === 0 ? null : form[name])
  return { event_types: list('event_types'), providers: list('providers') }
}

export function typeNamed(id: string | undefined): DestinationTypeView {
  const types = listDestinationTypes().data
  return types.find((type) => type.id === id) ?? types[0]!
}

/** The API names members without the form's prefix. */
export function inSettings(error: ApiError, type: DestinationTypeView): Problems {
  const names = schemaFieldNames(type.settings as JsonSchema)
  const bare = names.map((name) => name.slice('settings.'.length))
  const found = problemsOf(error, ['name', 'event_types', 'providers', ...bare, ...names])
  const fields = Object.fromEntries(
    Object.entries(found.fields).map(([name, text]) => [bare.includes(name) ? `settings.${name}` : name, text]),
  )
  return { fields, general: found.general }
}
