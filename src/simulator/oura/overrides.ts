// What tests and demos change in a person's data: removed, renamed and rewritten documents.
import type { SimulatorContext } from '../simulator.ts'
import type { Person } from '../people/person.ts'
import { documentsOfDay, type OuraDocument, uuidOf } from './documents.ts'

export type Override =
  | { what: 'gone'; collection: string; id: string }
  | { what: 'rewritten'; collection: string; id: string; times: number }
  | { what: 'bedtime-edit'; collection: 'sleep'; day: string }

const prefix = (personId: string): string => `oura:override:${personId}:`

export async function addOverride(context: SimulatorContext, personId: string, override: Override): Promise<void> {
  const name =
    'id' in override ? `${override.what}:${override.collection}:${override.id}` : `${override.what}:${override.day}`
  await context.state.put(prefix(personId) + name, JSON.stringify(override))
}

export async function overridesOf(context: SimulatorContext, personId: string): Promise<Override[]> {
  return (await context.state.list(prefix(personId))).map((row) => JSON.parse(row.value) as Override)
}

/** The day's documents after everything that was changed. */
export function currentDocuments(
  who: Person,
  collection: string,
  day: string,
  now: number,
  overrides: readonly Override[],
): OuraDocument[] {
  return documentsOfDay(who, collection, day, now).flatMap((document) => {
    let shown = document
    for (const override of overrides) {
      if (override.collection !== collection) continue
      if (override.what === 'bedtime-edit') {
        if (override.day === day && shown.type === 'long_sleep') shown = editedNight(shown)
      } else if (override.id === shown.id) {
        if (override.what === 'gone') return []
        shown = rewritten(shown, override.times)
      }
    }
    return [shown]
  })
}

/** The person moved the bedtime: the night is analysed again under a new id. */
function editedNight(night: OuraDocument): OuraDocument {
  return { ...night, id: uuidOf('edited', night.id), sleep_analysis_reason: 'bedtime_edit' }
}

function rewritten(document: OuraDocument, times: number): OuraDocument {
  const copy = { ...document }
  for (const field of ['score', 'steps', 'calories', 'average_heart_rate', 'stress_high', 'vascular_age', 'vo2_max']) {
    if (typeof copy[field] === 'number') copy[field] = (copy[field] as number) + times
  }
  return copy
}
