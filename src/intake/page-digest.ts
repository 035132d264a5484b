// What tells one page from another.
import { hash } from 'node:crypto'
import type { Page } from '../connectors/connector.ts'
import { bytesOf } from '../store/compress.ts'

export interface PageDigest {
  /** Of kind and request. */
  question: string
  /** Of kind, request and content. */
  digest: string
  /** What is kept: the JSON, or the bytes of a file as they came. */
  content: Uint8Array
}

export function digestOf(page: Page): PageDigest {
  const question = hash('sha256', `${page.kind}\0${JSON.stringify(page.request)}`, 'base64url')
  const content = page.payload instanceof Uint8Array ? page.payload : bytesOf(JSON.stringify(page.payload))
  return { question, digest: hash('sha256', Buffer.concat([Buffer.from(question), content]), 'base64url'), content }
}
