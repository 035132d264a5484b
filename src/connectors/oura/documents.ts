// A page is a list (`{data: […]}`), a bare list, or one document: the same code reads them all.
import type { z } from 'zod'
import { UnreadablePage } from '../connector.ts'

/** Throws UnreadablePage naming the field; never its value, which may be a reading. */
export function documents<Schema extends z.ZodType>(kind: string, schema: Schema, payload: unknown): z.infer<Schema>[] {
  const { list, path } = listOf(payload)
  if (list === null) throw new UnreadablePage(kind, '', 'a document, a list of documents, or an object with `data`')
  return list.map((document, i) => {
    const parsed = schema.safeParse(document)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]!
    const place = [path(i), ...issue.path.map(String)].filter((part) => part !== '').join('.')
    throw new UnreadablePage(kind, place, issue.message)
  })
}

/** The documents of a payload as they came; none when it is no page. For looking, where `documents` is for reading. */
export function rawDocuments(payload: unknown): Record<string, unknown>[] {
  return (listOf(payload).list ?? []).filter(
    (each): each is Record<string, unknown> => typeof each === 'object' && each !== null && !Array.isArray(each),
  )
}

function listOf(payload: unknown): { list: unknown[] | null; path: (i: number) => string } {
  if (Array.isArray(payload)) return { list: payload, path: (i) => `[${i}]` }
  if (typeof payload !== 'object' || payload === null) return { list: null, path: () => '' }
  if (!('data' in payload)) return { list: [payload], path: () => '' }
  return { list: Array.isArray(payload.data) ? payload.data : null, path: (i) => `data[${i}]` }
}
