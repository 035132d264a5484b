// A file that lies in the open, under a name that nobody guesses.
import { ProviderError } from '../platform/errors.ts'
import type { ConnectionHttp } from './asking.ts'

const MAX_FILE_BYTES = 50_000_000

/**
 * `missing`: not there, or not yet. `refused`: it is too large, or lies where this provider's files do not: what was said of
 * the workout stands without it, and so do the others.
 */
export async function publicFile(http: ConnectionHttp, url: string): Promise<Uint8Array | 'missing' | 'refused'> {
  try {
    const response = await http.follow(url, {
      authorized: false,
      expect: [403, 404],
      maxResponseBytes: MAX_FILE_BYTES,
    })
    if (response.status >= 300) return 'missing'
    return response.truncated ? 'refused' : response.body
  } catch (error) {
    if (error instanceof ProviderError && error.next === 'give_up') return 'refused'
    throw error
  }
}
