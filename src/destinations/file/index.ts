// Events as lines of files, below a folder that the operator named.
import { z } from 'zod'
import { defineDestination, delivered, retry } from '../destination.ts'
import { keptConnection, TimedOut } from '../kept-connection.ts'
import { lineForm, lineOf } from '../line.ts'
import { type LineFile, lineFiles } from './files.ts'

export const FileSettings = z.object({
  folder: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/, { error: 'may have letters, digits, dots, underscores and hyphens' })
    .default('events')
    .describe('Name of a folder below the one that the operator chose (LOAM_DESTINATION_FOLDER).'),
  line: lineForm,
  max_file_bytes: z
    .int()
    .min(1000)
    .max(100_000_000_000)
    .default(100_000_000)
    .describe('A file that has grown to this is followed by another one, as at midnight (UTC).'),
})
export type FileSettings = z.infer<typeof FileSettings>

export const file = defineDestination({
  id: 'file',
  name: 'Files',
  description: 'Lines of JSON (NDJSON) in files on the server.',
  settings: FileSettings,
  needs: 'folder',
  target: ({ folder }) => `${folder}/`,
  batch: { events: 200, bytes: 8_000_000 },
  open(settings, { folder, clock }) {
    const files = lineFiles(folder, settings, clock)
    const kept = keptConnection<LineFile>({ open: () => files.open(), shut: (open) => open.close() })
    return {
      async send(events, { timeoutMs }) {
        const lines = events.map((event) => lineOf(event, settings.line))
        try {
          const name = await kept.use(timeoutMs, (open) => open.append(Buffer.concat(lines)))
          return events.map(() => delivered(name))
        } catch (error) {
          return events.map(() => retry(problemOf(error, settings.folder)))
        }
      },
      close: () => kept.close(),
    }
  },
})

function problemOf(error: unknown, folder: string): string {
  if (error instanceof TimedOut) return `the disk of ${folder} did not answer: ${error.message}`
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk of ${folder} is full (${code}): make room`
  if (/^(EACCES|EPERM|EROFS)$/.test(code)) return `${folder} may not be written (${code}): give the server the right to`
  if (code === 'ENOTDIR' || code === 'EEXIST') return `${folder} is no folder (${code}): take another name`
  return `${folder} could not be written (${code}): look after LOAM_DESTINATION_FOLDER`
}
