// The day's documents after everything that was changed: removed, rewritten, and nights with another bedtime.
import { type Edit, edited } from '../kit/edits.ts'
import type { Person } from '../people/person.ts'
import { documentsOfDay, type OuraDocument, uuidOf } from './documents.ts'

/** The edit's id is the day of the night. */
export const BEDTIME_EDIT = 'bedtime-edit'

const NUMBERS = ['score', 'steps', 'calories', 'average_heart_rate', 'stress_high', 'vascular_age', 'vo2_max']

export function currentDocuments(
  who: Person,
  collection: string,
  day: string,
  now: number,
  edits: readonly Edit[],
): OuraDocument[] {
  const moved = collection === 'sleep' && edits.some((each) => each.what === BEDTIME_EDIT && each.id === day)
  const documents = documentsOfDay(who, collection, day, now).map((document) =>
    moved && document.type === 'long_sleep' ? editedNight(document) : document,
  )
  return edited(documents, collection, edits, { id: (document) => document.id, rewrite: rewritten })
}

/** The person moved the bedtime: the night is analysed again under a new id. */
function editedNight(night: OuraDocument): OuraDocument {
  return { ...night, id: uuidOf('edited', night.id), sleep_analysis_reason: 'bedtime_edit' }
}

function rewritten(document: OuraDocument, times: number): OuraDocument {
  const copy = { ...document }
  for (const name of NUMBERS) if (typeof copy[name] === 'number') copy[name] = (copy[name] as number) + times
  return copy
}
