// Which language a page is in. An unknown tag is passed over: no session ever fails for its language.
import { type Catalogue, catalogues } from './locales/index.ts'

export interface Language {
  tag: string
  text: Catalogue
}

const DEFAULT = 'en'

// Tags that mean one of ours without beginning with it.
const ALIASES: Record<string, string> = { pt: 'pt-BR', zh: 'zh-Hans' }

const byLowerCase = new Map(Object.keys(catalogues).map((tag) => [tag.toLowerCase(), tag]))

/** The first preference that we speak; preferences may be anything that people and browsers write. */
export function chooseLanguage(preferences: readonly (string | null | undefined)[]): Language {
  for (const preference of preferences) {
    const tag = preference === null || preference === undefined ? null : lookUp(preference)
    if (tag !== null) return { tag, text: catalogues[tag]! }
  }
  return { tag: DEFAULT, text: catalogues[DEFAULT]! }
}

/** RFC 4647 lookup: the whole tag, then without its last part, and so on. */
export function lookUp(range: string): string | null {
  if (range.length > 64) return null
  let parts = range.trim().toLowerCase().replaceAll('_', '-').split('-')
  while (parts.length > 0) {
    const tag = parts.join('-')
    const known = byLowerCase.get(tag) ?? byLowerCase.get(ALIASES[tag]?.toLowerCase() ?? '')
    if (known !== undefined) return known
    parts = parts.slice(0, -1)
    // A lone letter announces an extension and means nothing without what followed it.
    if (parts.at(-1)?.length === 1) parts = parts.slice(0, -1)
  }
  return null
}

/** The tags of an `Accept-Language` header, the most wanted first. */
export function acceptedLanguages(header: string | undefined): string[] {
  if (header === undefined) return []
  return header
    .slice(0, 1024)
    .split(',')
    .map((item) => {
      const [tag = '', ...parameters] = item.trim().split(';')
      const weight = parameters.find((parameter) => parameter.trim().startsWith('q='))
      const quality = weight === undefined ? 1 : Number(weight.trim().slice(2))
      return { tag: tag.trim(), quality: Number.isFinite(quality) ? quality : 0 }
    })
    .filter((item) => item.tag !== '' && item.tag !== '*' && item.quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map((item) => item.tag)
}
