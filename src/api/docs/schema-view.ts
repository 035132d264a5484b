// A JSON Schema as a list of fields, each with its type in words; nested objects fold, named ones are linked.
import { html } from 'hono/html'
import type { Json, JsonObject } from '../openapi.ts'
import { type Html, prose } from './page.ts'

export function schemaView(schema: JsonObject): Html {
  const object = objectIn(schema)
  const description = typeof schema.description === 'string' ? html`<p>${prose(schema.description)}</p>` : ''
  if (object !== null) return html`${description}${fields(object)}`
  const variants = variantsOf(schema)
  if (variants.length > 1 && variants.some((variant) => objectIn(variant) !== null)) {
    return html`${description}
      <p>One of:</p>
      ${variants.map(
        (variant, i) =>
          html`<h3>${i + 1}. ${typeOf(variant)}</h3>
            ${objectIn(variant) === null ? '' : schemaView(variant)}`,
      )}`
  }
  return html`${description}
    <p>${typeOf(schema)}</p>`
}

function fields(object: JsonObject): Html {
  const properties = Object.entries((object.properties ?? {}) as Record<string, JsonObject>)
  if (properties.length === 0) return html`<p class="note">Any members.</p>`
  const required = (object.required ?? []) as string[]
  return html`<dl>
    ${properties.map(([name, member]) => {
      const nested = objectIn(member)
      const description = typeof member.description === 'string' ? prose(member.description) : ''
      return html`<dt>
          <code>${name}</code>
          <span class="type">${typeOf(member)}${required.includes(name) ? '' : ', optional'}${defaultOf(member)}</span>
        </dt>
        <dd>
          ${description}
          ${
            nested === null
              ? ''
              : html`<details>
                  <summary>Members</summary>
                  ${fields(nested)}
                </details>`
          }
        </dd>`
    })}
  </dl>`
}

/** The object behind lists and nulls; null when there is none or it has a page of its own. */
function objectIn(schema: JsonObject): JsonObject | null {
  if (typeof schema.$ref === 'string') return null
  if (schema.properties !== undefined) return schema
  if (isObject(schema.items)) return objectIn(schema.items)
  const variants = variantsOf(schema).filter((variant) => variant.type !== 'null')
  return variants.length === 1 && variants[0] !== schema ? objectIn(variants[0]!) : null
}

function variantsOf(schema: JsonObject): JsonObject[] {
  return ((schema.anyOf ?? schema.oneOf ?? [schema]) as Json[]).filter(isObject)
}

export function typeOf(schema: JsonObject): Html {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
    return html`<a href="/docs/schemas/${name}">${name}</a>`
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (Array.isArray(schema.enum)) {
    return html`${schema.enum.map((value, i) => html`${i === 0 ? '' : ' or '}<code>${JSON.stringify(value)}</code>`)}`
  }
  if (schema.anyOf !== undefined || schema.oneOf !== undefined) {
    return html`${variantsOf(schema).map((variant, i) => html`${i === 0 ? '' : ' or '}${typeOf(variant)}`)}`
  }
  if (isObject(schema.items)) return html`list of ${typeOf(schema.items)}`
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'anything']
  return html`${types.map(String).join(' or ')}${typeof schema.format === 'string' ? ` (${schema.format})` : ''}`
}

export function defaultOf(schema: JsonObject): Html | string {
  return schema.default === undefined ? '' : html`, default <code>${JSON.stringify(schema.default)}</code>`
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
