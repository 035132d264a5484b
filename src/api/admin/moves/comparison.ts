// What both connections of one account have of the same days.
import { z } from 'zod'
import { replacing } from '../../../credentials/moves.ts'
import { addDays, localDayOf } from '../../../model/local-day.ts'
import { ApiError } from '../../../platform/errors.ts'
import { unpackJson } from '../../../store/compress.ts'
import type { ConnectionRow } from '../../../store/connections.ts'
import { auditRead } from '../../audit-read.ts'
import type { Context } from '../../../store/context.ts'
import type { EnvironmentRow } from '../../../store/environments.ts'
import { recordsBetween } from '../../../store/records.ts'
import { compareRecords } from './compare-records.ts'
import { oldConnection, successorFor } from './old-connections.ts'

const COMPARED_TYPES = ['daily', 'sleep', 'activity', 'body', 'nutrition'] as const
const MOST_COMPARED = 1000

const Difference = z.object({
  path: z.string(),
  old: z.string().describe('As JSON.'),
  new: z.string().describe('As JSON.'),
  because: z.string().nullable().describe('Why the two may differ; null when no reason is known.'),
})
export const MoveComparison = z
  .object({
    user_id: z.string(),
    moved_to: z.string(),
    start_date: z.string(),
    end_date: z.string(),
    records: z.array(
      z.object({
        type: z.string(),
        key: z.string().describe("The day, or the provider's id that both APIs know it by."),
        held_by: z.enum(['both', 'old', 'new']),
        equal: z.int().describe('Fields with the same value, within rounding.'),
        only_old: z.array(z.string()),
        only_new: z.array(z.string()),
        different: z.array(Difference),
      }),
    ),
    unexplained: z.int().describe('Differences without a known reason, in all records.'),
  })
  .meta({ id: 'MoveComparison', description: 'What both connections have of the same days.' })
export type MoveComparison = z.infer<typeof MoveComparison>

export async function compareMove(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string; user_id: string; start_date?: string | undefined; end_date?: string | undefined },
): Promise<MoveComparison> {
  const { connector, replaced } = replacing(input.provider)
  const old = await oldConnection(ctx, environment, connector, replaced, input.user_id)
  const moved = await successorFor(ctx, old)
  const end = input.end_date ?? localDayOf(ctx.clock.now(), moved.time_zone)
  const start = input.start_date ?? addDays(end, -6)
  if (start > end) throw new ApiError('invalid_date_range', 400, 'start_date: is after end_date')
  for (const { user_id: userId } of [old, moved]) {
    await auditRead(ctx, { environmentId: environment.id, userId, details: { via: 'comparison' } })
  }
  const records: MoveComparison['records'] = []
  for (const type of COMPARED_TYPES) {
    const [before, since] = await Promise.all([old, moved].map((each) => recordsOf(ctx, each, type, start, end)))
    for (const key of [...new Set([...before!.keys(), ...since!.keys()])].sort()) {
      const [a, b] = [before!.get(key), since!.get(key)]
      const name = key.slice(key.indexOf(':') + 1)
      const heldBy = a === undefined ? ('new' as const) : b === undefined ? ('old' as const) : ('both' as const)
      const compared =
        heldBy === 'both'
          ? compareRecords(a, b, replaced.differs)
          : { equal: 0, only_old: [], only_new: [], different: [] }
      records.push({ type, key: name, held_by: heldBy, ...compared })
    }
  }
  const unexplained = records.reduce(
    (count, { different }) => count + different.filter(({ because }) => because === null).length,
    0,
  )
  return { user_id: old.user_id, moved_to: moved.user_id, start_date: start, end_date: end, records, unexplained }
}

async function recordsOf(
  ctx: Context,
  connection: ConnectionRow,
  type: string,
  startDay: string,
  endDay: string,
): Promise<Map<string, unknown>> {
  const page = { limit: MOST_COMPARED, offset: 0 }
  const rows = await recordsBetween(ctx.db, connection.user_id, type, { startDay, endDay }, page)
  return new Map(rows.map((row) => [row.key, unpackJson(row.body)]))
}
