// Kinds whose pages bring pieces of a day: what came before is joined with what comes now, and the whole day is mapped.
import type { Mapped, Piece } from '../connectors/connector.ts'
import { CLOCK_SKEW_MS } from '../platform/clock.ts'
import type { Transaction } from '../store/database.ts'
import { packSync, unpackJson } from '../store/compress.ts'
import type { Statement } from '../store/database.ts'
import { piecesOf, putPiece } from '../store/pieces.ts'

export interface ArrivingPieces {
  kind: string
  runAt: number
  pieces: readonly Piece[]
}

/**
 * The parts of every day that the pieces touch, and the statements that keep the pieces. An older version of a piece
 * than the stored one changes nothing.
 */
export async function mapWithPieces(
  tx: Transaction,
  userId: string,
  arriving: ArrivingPieces,
  now: number,
  map: (items: unknown[]) => Mapped[] | null,
): Promise<{ mapped: Mapped[]; statements: Statement[] }> {
  const { kind, runAt } = arriving
  const days = new Map<string, Map<string, { item: unknown; version: number }>>()
  for (const piece of arriving.pieces) for (const day of piece.days) days.set(day, days.get(day) ?? new Map())
  for (const row of await piecesOf(tx, userId, kind, [...days.keys()])) {
    // Of a clock that was ahead.
    const version = row.version > now + CLOCK_SKEW_MS ? runAt - 1 : row.version
    days.get(row.day)!.set(row.id, { item: unpackJson(row.body), version })
  }
  const statements: Statement[] = []
  for (const { id, item, days: touched } of arriving.pieces) {
    for (const day of touched) {
      const known = days.get(day)!
      if ((known.get(id)?.version ?? 0) > runAt) continue
      // Set anew, so that it stands last: of two that say the same, the later counts.
      known.delete(id)
      known.set(id, { item, version: runAt })
      statements.push(
        putPiece({ user_id: userId, kind, day, id, version: runAt, body: packSync(JSON.stringify(item)) }),
      )
    }
  }
  const mapped = [...days].flatMap(([day, pieces]) => {
    const version = Math.max(...[...pieces.values()].map((piece) => piece.version))
    const parts = map([...pieces.values()].map((piece) => piece.item)) ?? []
    return parts.filter((part) => dayOfPart(part) === day).map((part) => ({ ...part, version }))
  })
  return { mapped, statements }
}

function dayOfPart({ key, day }: Mapped): string | null {
  if ('day' in key) return key.day
  if ('mainOf' in key) return key.mainOf
  return day ?? null
}
