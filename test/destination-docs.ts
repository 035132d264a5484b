// The generated parts of the destinations' pages: `node test/destination-docs.ts --write` writes them. The rest of a page is
// written by hand.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { DestinationType } from '../src/destinations/destination.ts'
import { destinationTypes } from '../src/destinations/index.ts'
import { DeliverySettings } from '../src/model/delivery-settings.ts'

export const INDEX_FILE = new URL('../docs/destinations.md', import.meta.url)
export const DELIVERY_FILE = new URL('../docs/delivery.md', import.meta.url)
const MARKS = /(<!-- written from the code: [^\n]*\n)[\s\S]*?(<!-- end of what is written -->)/

export function pageFile(type: DestinationType): URL {
  return new URL(`../docs/destinations/${type.id}.md`, import.meta.url)
}

/** The page with what the code says between its marks. */
export function withTable(document: string, text: string, name: string): string {
  if (!MARKS.test(document)) throw new Error(`${name} has lost the marks around what is written from the code`)
  return document.replace(MARKS, (_, start: string, end: string) => `${start}\n${text}\n\n${end}`)
}

export function indexTable(): string {
  const lines = destinationTypes.map((type) => {
    const most = type.batch === undefined ? 'one' : `up to ${type.batch.events}`
    return `| [${type.name}](destinations/${type.id}.md) | \`${type.id}\` | ${type.description} | ${most} |`
  })
  return ['| destination | type | what it is | events at a time |', '|---|---|---|---|', ...lines].join('\n')
}

export function settingsTable(type: DestinationType): string {
  return tableOf(type.settings)
}

/** What every kind has besides. */
export function deliveryTable(): string {
  return tableOf(z.object(DeliverySettings.shape))
}

function tableOf(settings: z.ZodObject): string {
  const json = z.toJSONSchema(settings, { io: 'input' })
  const required = new Set(json.required ?? [])
  const lines = Object.entries(json.properties ?? {}).map(([name, schema]) => {
    const member = schema as Record<string, unknown>
    const stars = [required.has(name) ? 'required' : '', member.secret === true ? 'write-only' : ''].filter(Boolean)
    const standard =
      member.default === undefined || member.default === null ? '' : `\`${JSON.stringify(member.default)}\``
    const about = [
      String(member.description ?? ''),
      member.needs === undefined ? '' : 'Where this instance serves payloads.',
    ]
    return `| \`${name}\` | ${typeName(member)} | ${standard} | ${stars.join(', ')} | ${about.join(' ').trim().replaceAll('|', '\\|')} |`
  })
  return ['| setting | type | default | | meaning |', '|---|---|---|---|---|', ...lines].join('\n')
}

function typeName(schema: Record<string, unknown>): string {
  const options = schema.anyOf as Record<string, unknown>[] | undefined
  const plain = options?.find((option) => option.type !== 'null') ?? schema
  if (Array.isArray(plain.enum)) return plain.enum.map((value) => `\`${value}\``).join(', ')
  if (plain.type === 'object') return 'names and values'
  if (plain.type === 'array') return 'list'
  const range = [plain.minimum, plain.maximum].filter((limit) => limit !== undefined && Math.abs(Number(limit)) < 1e15)
  return range.length === 2 ? `${plain.type}, ${range[0]} to ${range[1]}` : String(plain.type)
}

if (process.argv.includes('--write')) {
  const write = (file: URL, text: string): void => {
    if (!existsSync(file))
      return console.log(`${file.pathname} does not exist yet: begin it with the marks of another one`)
    writeFileSync(file, withTable(readFileSync(file, 'utf8'), text, file.pathname))
  }
  write(INDEX_FILE, indexTable())
  write(DELIVERY_FILE, deliveryTable())
  for (const type of destinationTypes) write(pageFile(type), settingsTable(type))
}
