// The form of a destination: its own settings, drawn from its type's schema, and which events it wants.
import { html } from 'hono/html'
import { z } from 'zod'
import { type DestinationTypeView, type DestinationView, listDestinationTypes } from '../../api/admin/destinations.ts'
import { listSources } from '../../api/admin/sources.ts'
import { eventTypeNames } from '../../api/event-types.ts'
import { type DeliveryChange, DeliverySettings } from '../../model/delivery-settings.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import { type Problems, problemsOf } from '../form-problems.ts'
import { checkbox, field } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { type JsonSchema, readSchemaForm, schemaFieldNames, schemaFields } from '../parts/schema-form.ts'
import { type Form, formText } from '../query.ts'
import type { Call } from '../view.ts'

const DELIVERY = 'delivery.'
// Without its name: what has one is only pointed at.
const deliverySchema = z.toJSONSchema(z.object(DeliverySettings.shape), { io: 'input' }) as JsonSchema

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
  const userIds = formText(form, 'user_ids') ?? (sent ? '' : (row?.user_ids ?? []).join('\n'))
  const referenceIds = formText(form, 'reference_ids') ?? (sent ? '' : (row?.reference_ids ?? []).join('\n'))
  const filtered = types.length + providers.length > 0 || userIds + referenceIds !== ''
  const wrong = Object.keys(problems.fields).some((name) => name.startsWith(DELIVERY))
  return html`${field({ name: 'name', label: 'Name', value: formText(form, 'name') ?? row?.name ?? '', hint: 'How lists call it. Empty: what it is.', problem: problems.fields.name })}
    ${schemaFields(type.settings as JsonSchema, { values: row?.settings ?? {}, typed: form, problems: problems.fields, secretsSet: row?.secrets ?? {} })}
    <details ${filtered ? html`open` : ''}>
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
        ${field({ name: 'user_ids', label: 'User ids', rows: 2, mono: true, value: userIds, hint: 'Only events of these connections, one per line. Empty: of everyone.', problem: problems.fields.user_ids })}
        ${field({ name: 'reference_ids', label: 'Reference ids', rows: 2, mono: true, value: referenceIds, hint: 'Only events of these people, by your own ids, one per line.', problem: problems.fields.reference_ids })}
      </div>
    </details>
    <details ${wrong ? html`open` : ''}>
      <summary>Pace, retries and limits</summary>
      <div class="stack">
        <input type="hidden" name="delivery" value="given" />
        ${schemaFields(deliverySchema, { values: { ...row?.delivery }, typed: form, problems: problems.fields, secretsSet: {}, prefix: DELIVERY })}
      </div>
    </details>`
}

/** Undefined when the form had no such group: then everything stays as it is. */
export function deliveryIn(form: Form): DeliveryChange | undefined {
  if (formText(form, 'delivery') === undefined) return undefined
  // The API checks it, and says what is wrong by name.
  return readSchemaForm(deliverySchema, form, DELIVERY) as DeliveryChange
}

export function filtersIn(
  form: Form,
): Record<'event_types' | 'providers' | 'user_ids' | 'reference_ids', string[] | null> {
  const list = (name: string) => (form[name] === undefined || form[name].length === 0 ? null : form[name])
  const lines = (name: string) => formText(form, name)?.split(/\s*\n\s*/) ?? null
  return {
    event_types: list('event_types'),
    providers: list('providers'),
    user_ids: lines('user_ids'),
    reference_ids: lines('reference_ids'),
  }
}

export function typeNamed(ctx: Context, id: string | undefined): DestinationTypeView {
  const types = listDestinationTypes(ctx).data
  return types.find((type) => type.id === id) ?? types[0]!
}

/** The API names members without the form's prefix. */
export function inSettings(error: ApiError, type: DestinationTypeView): Problems {
  const names = schemaFieldNames(type.settings as JsonSchema)
  const bare = names.map((name) => name.slice('settings.'.length))
  const ours = ['name', 'event_types', 'providers', 'user_ids', 'reference_ids']
  const found = problemsOf(error, [...ours, ...schemaFieldNames(deliverySchema, DELIVERY), ...bare, ...names])
  const fields = Object.fromEntries(
    Object.entries(found.fields).map(([name, text]) => [bare.includes(name) ? `settings.${name}` : name, text]),
  )
  return { fields, general: found.general }
}
