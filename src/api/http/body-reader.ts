// Request bodies: bounded, in any content type, and read as JSON before any schema sees them.
import { ApiError } from '../../platform/errors.ts'
import { JsonFaultError, parseJsonText } from './json-text.ts'

const MAX_JSON_BYTES = 1_000_000

/** An absent or blank body is `{}`: SDKs send a JSON content type without a body. */
export async function readJsonBody(request: Request): Promise<unknown> {
  const bytes = await readBytes(request, MAX_JSON_BYTES)
  const text = decode(bytes)
  if (text.trim() === '') return {}
  try {
    return parseJsonText(text)
  } catch (error) {
    if (!(error instanceof JsonFaultError)) throw error
    const { line, column, problem } = error.fault
    throw new ApiError('invalid_json', 400, `the body is no valid JSON: line ${line}, column ${column}: ${problem}`, {
      extra: { position: { line, column } },
    })
  }
}

/**
 * Reads no more than `maxBytes`, whatever the client announces. `encoded` takes compressed bodies as they are. `large` is
 * called when a body turns out to be longer than that, with the length that it has or may have, and may refuse it.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
  options: { encoded?: boolean; large?: { bytes: number; enter: (length: number) => void } } = {},
): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase()
  if (options.encoded !== true && encoding !== undefined && encoding !== '' && encoding !== 'identity') {
    throw new ApiError(
      'unsupported_encoding',
      400,
      'content-encoding: compressed bodies are not read; send the body as it is',
    )
  }
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > maxBytes) throw tooLarge(maxBytes)
  let { large } = options
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // No longer than announced, so nothing has to be counted: much quicker than by its stream.
    if (announced > 0 && announced <= (large?.bytes ?? maxBytes) && request.method !== 'GET') {
      const bytes = new Uint8Array(await request.arrayBuffer())
      if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes)
      return bytes
    }
    if (request.body === null) return new Uint8Array()
    for await (const chunk of request.body as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength
      if (length > maxBytes) throw tooLarge(maxBytes)
      if (large !== undefined && Math.max(length, announced) > large.bytes) {
        large.enter(announced > 0 ? announced : maxBytes)
        large = undefined
      }
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('body_incomplete', 400, 'the body ended before it was whole', { cause: error })
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ApiError('invalid_encoding', 400, 'the body is no valid UTF-8; send JSON as UTF-8')
  }
}

function tooLarge(maxBytes: number): ApiError {
  const size = maxBytes >= 1_000_000 ? `${maxBytes / 1_000_000} MB` : `${maxBytes} bytes`
  return new ApiError('body_too_large', 413, `the body is larger than ${size}`)
}
