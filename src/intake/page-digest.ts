// What tells one page from another.
import { createHash } from 'node:crypto'
import type { Page } from '../connectors/connector.ts'

/** `content` is what is kept: the JSON, or the bytes of a file as they came. */
export function pageDigests(page: Page): { question: string; digest: string; content: string | Uint8Array } {
  const question = createHash('sha256')
    .update(page.kind)
    .update('\0')
    .update(JSON.stringify(page.request))
    .digest('base64url')
  const content = page.payload instanceof Uint8Array ? page.payload : JSON.stringify(page.payload)
  return { question, digest: createHash('sha256').update(question).update(content).digest('base64url'), content }
}
