// A page is a list (`{data: […]}`), a bare list, or one document: the same code reads them all.
import { z } from 'zod'
import { UnreadablePage } from '../connector.ts'

export function documents<Schema extends z.ZodType>(kind: string, schema: Schema, payload: unknown): z.infer<Schema>[] {
  const list = listOf(payload)
  if (list === null) throw new UnreadablePage(kind, '', 'a document, a list of documents, or an object with `data`')
  return list.map((document, i) => {
    const parsed = schema.safeParse(document)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]!
    throw new UnreadablePage(kind, `data[${i}].${issue.path.join('.')}`, issue.message)
  })
}

function listOf(payload: unknown): unknown[] | null {
  if (Array.isArray(payload)) return payload
  if (typeof payload !== 'object' || payload === null) return null
  if ('data' in payload) return Array.isArray(payload.data) ? payload.data : null
  return [payload]
}
