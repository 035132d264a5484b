// What a file is: its bytes tell, names and labels do not.
import { looksLikeFit } from './fit/decode.ts'

export type FileFormat = 'fit' | 'tcx' | 'gpx'

/** The root stands at the beginning, behind declarations and comments. */
const HEAD_BYTES = 8192
const ROOTS = new Map<string, FileFormat>([
  ['TrainingCenterDatabase', 'tcx'],
  ['gpx', 'gpx'],
])

export function formatOf(bytes: Uint8Array): FileFormat | null {
  if (looksLikeFit(bytes)) return 'fit'
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const encoding = wide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8'
  const head = new TextDecoder(encoding).decode(bytes.subarray(0, HEAD_BYTES)).replaceAll(/<!--[\s\S]*?-->/g, '')
  const root = /^\s*(?:<\?[^>]*>\s*)*<(?:[\w.-]+:)?([\w.-]+)/.exec(head)?.[1]
  return ROOTS.get(root ?? '') ?? null
}

/** Gzip, in which people and providers pack any of them. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}
