// A form drawn from a JSON Schema, and its values read back: a new kind of destination needs no page of its own.
import { html } from 'hono/html'
import type { Form } from '../query.ts'
import { checkbox, field } from './form.ts'
import type { Html } from './html.ts'

export interface JsonSchema {
  type?: string | string[]
  description?: string
  default?: unknown
  enum?: unknown[]
  items?: JsonSchema
  format?: string
  minimum?: number
  maximum?: number
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  secret?: boolean
  /** Text whose line breaks count. */
  multiline?: boolean
  title?: string
}

interface Member {
  name: string
  schema: JsonSchema
  /** What the schema allows, without its `null`. */
  kind: 'text' | 'lines' | 'number' | 'boolean' | 'choice' | 'map' | 'list' | 'json'
  nullable: boolean
  required: boolean
  secret: boolean
}

/** Before the names of a schema's members, unless told otherwise. */
const SETTINGS = 'settings.'

export interface SchemaFormOptions {
  /** What is stored now, without secrets; what was typed wins. */
  values: Record<string, unknown>
  typed: Form
  problems: Record<string, string>
  /** Secret members that have a value already. */
  secretsSet: Record<string, boolean>
  prefix?: string
}

export function schemaFields(schema: JsonSchema, options: SchemaFormOptions): Html {
  return html`${membersOf(schema).map((member) => memberField(member, options))}`
}

export function schemaFieldNames(schema: JsonSchema, prefix = SETTINGS): string[] {
  return membersOf(schema).map((member) => prefix + member.name)
}

/**
 * What was typed, as the schema's own types. Empty means null where that is a value; else leave it out, so that defaults and
 * stored secrets stand.
 */
export function readSchemaForm(schema: JsonSchema, form: Form, prefix = SETTINGS): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const member of membersOf(schema)) {
    const text = form[prefix + member.name]?.[0]
    const value = readMember(member, text)
    if (value !== undefined) values[member.name] = value
  }
  return values
}

function membersOf(schema: JsonSchema): Member[] {
  return Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const plain = member.anyOf?.find((option) => option.type !== 'null') ?? member
    return {
      name,
      schema: { ...plain, ...member, anyOf: undefined, type: plain.type, enum: plain.enum },
      kind: kindOf({ ...plain, ...(member.multiline === true ? { multiline: true } : {}) }),
      nullable: member.anyOf?.some((option) => option.type === 'null') ?? false,
      required: (schema.required ?? []).includes(name),
      secret: member.secret === true || plain.secret === true,
    }
  })
}

function kindOf(schema: JsonSchema): Member['kind'] {
  if (schema.enum !== undefined) return 'choice'
  if (schema.type === 'boolean') return 'boolean'
  if (schema.type === 'number' || schema.type === 'integer') return 'number'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'object') return schema.properties === undefined ? 'map' : 'json'
  return schema.multiline === true ? 'lines' : 'text'
}

function memberField(member: Member, options: SchemaFormOptions): Html {
  const { schema, kind } = member
  const name = (options.prefix ?? SETTINGS) + member.name
  const stored = options.values[member.name] ?? schema.default
  const typed = options.typed[name]?.[0]
  const common = {
    name,
    label: labelOf(member.name),
    problem: options.problems[name],
    required: member.required,
  }
  if (kind === 'boolean') {
    // An unticked box sends nothing; a form that was sent back is known by its other fields.
    const sent = Object.keys(options.typed).length > 0
    const checked = sent ? typed === 'on' : stored === true
    const box = checkbox({ name, label: common.label, hint: schema.description, checked })
    return html`<div class="field">
      ${box}${common.problem === undefined ? '' : html`<p class="problem">${common.problem}</p>`}
    </div>`
  }
  if (kind === 'choice') {
    const choices = (schema.enum ?? []).map((value) => [String(value), String(value)] as const)
    return field({
      ...common,
      hint: schema.description,
      value: typed ?? textOf(stored),
      options: member.nullable || !member.required ? [['', 'Not set'], ...choices] : choices,
    })
  }
  if (member.secret) {
    const isSet = options.secretsSet[member.name] === true
    return field({
      ...common,
      required: member.required && !isSet,
      ...(kind === 'lines' ? { rows: 4 } : { type: 'password' as const, autocomplete: 'new-password' }),
      mono: true,
      hint: isSet ? `${schema.description ?? ''} Set. Leave this empty to keep it.`.trim() : schema.description,
    })
  }
  if (kind === 'lines') {
    return field({ ...common, rows: 4, mono: true, hint: schema.description, value: typed ?? textOf(stored) })
  }
  if (kind === 'map' || kind === 'list' || kind === 'json') {
    const help = kind === 'map' ? 'One per line: Name: value.' : kind === 'list' ? 'One per line.' : 'JSON.'
    return field({
      ...common,
      rows: 3,
      mono: true,
      hint: `${schema.description ?? ''} ${help}`.trim(),
      value: typed ?? linesOf(kind, stored),
    })
  }
  return field({
    ...common,
    hint: schema.description,
    type: kind === 'number' ? 'number' : schema.format === 'uri' || member.name === 'url' ? 'url' : 'text',
    ...(kind === 'number' ? { min: schema.minimum, max: schema.maximum, step: 'any' as const } : {}),
    mono: kind === 'text',
    value: typed ?? textOf(stored),
  })
}

function readMember(member: Member, text: string | undefined): unknown {
  if (member.kind === 'boolean') return text === 'on'
  const trimmed = text?.trim() ?? ''
  if (member.kind === 'map') return readMap(trimmed)
  if (member.kind === 'list')
    return trimmed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => (['number', 'integer'].includes(String(member.schema.items?.type)) ? numberIn(line) : line))
  if (trimmed === '') return member.nullable && !member.secret && text !== undefined ? null : undefined
  if (member.kind === 'number') return numberIn(trimmed)
  if (member.kind === 'choice') return (member.schema.enum ?? []).find((value) => String(value) === trimmed) ?? trimmed
  if (member.kind === 'json') return readJson(trimmed)
  return trimmed
}

/** What is no number stays text, so that the schema can refuse it. */
function numberIn(text: string): number | string {
  return Number.isNaN(Number(text)) ? text : Number(text)
}

/** `Name: value` lines. A line without a colon keeps its text as the name, so that the schema can refuse it. */
function readMap(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [line.trim(), ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function linesOf(kind: 'map' | 'list' | 'json', value: unknown): string {
  if (value === undefined || value === null) return ''
  if (kind === 'map')
    return Object.entries(value as Record<string, unknown>)
      .map(([name, item]) => `${name}: ${item}`)
      .join('\n')
  if (kind === 'list') return (value as unknown[]).join('\n')
  return JSON.stringify(value, null, 2)
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

/** Short for something, so all of it is upper case. */
const INITIALS = /\b(url|uri|arn|id|ca|srv|tls)\b/g

/** `timeout_seconds` → “Timeout seconds”; `url` → “URL”; `ca_certificate` → “CA certificate”. */
function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ').replace(INITIALS, (word) => word.toUpperCase())
  return words.charAt(0).toUpperCase() + words.slice(1)
}
