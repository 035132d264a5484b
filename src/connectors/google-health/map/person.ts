// Who the person is, what they wear, and what they noted.
import { z } from 'zod'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { readPoints } from '../pages.ts'
import { shown, shownSample } from '../time.ts'
import { day, maybeInstant, SampleTime, text } from '../values.ts'
import { byDay, type DailyPart } from './day-parts.ts'
import { timed } from './heart.ts'

const Profile = z
  .object({ name: text, age: z.int().nullish(), membershipStartDate: day.nullish() })
  .refine(
    ({ name, age, membershipStartDate }) => name?.endsWith('/profile') || age !== undefined || !!membershipStartDate,
    'expected a profile: name, age or membershipStartDate',
  )

export function mapProfile(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'profile', schema: Profile }, payload, context).map(({ age, membershipStartDate }) => ({
    type: 'athlete',
    key: { only: true },
    record: {
      // Google's default for a number is 0, and it may come when nobody said how old they are.
      age: age || null,
      account_creation_date: membershipStartDate ? `${membershipStartDate}T00:00:00.000000` : null,
    },
  }))
}

const Identity = z.object({ healthUserId: z.string(), legacyUserId: text })

/** `legacyUserId` is the account's id at the old Fitbit API; see docs/migrate-fitbit.md. */
export function mapIdentity(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'identity', schema: Identity }, payload, context).map(({ healthUserId }) => ({
    type: 'athlete',
    key: { only: true },
    record: { provider_user_id: healthUserId },
  }))
}

const PairedDevice = z.object({ name: text, deviceVersion: text, lastSyncTime: maybeInstant })

/** Neither API says it: what pairs with the app is Fitbit's, or Google's own watch. */
export function makerOf(product: string | null | undefined): string {
  return product?.startsWith('Pixel') ? 'Google' : 'Fitbit'
}

export function mapPairedDevices(payload: unknown, context: MapContext): Mapped[] {
  const empty = typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0
  if (empty) return []
  const shape = { kind: 'pairedDevices', schema: PairedDevice, lists: ['pairedDevices'] }
  const devices = readDocuments(shape, payload, context).map(({ deviceVersion, lastSyncTime }) => ({
    name: deviceVersion,
    manufacturer: makerOf(deviceVersion),
    last_upload_date: typeof lastSyncTime === 'number' ? shown(lastSyncTime, null, context.timeZone) : null,
  }))
  return devices.length === 0 ? [] : [{ type: 'athlete', key: { only: true }, record: { devices } }]
}

const Symptoms = z.object({ sampleTime: SampleTime, symptoms: z.array(z.string()).nullish() })
const Moods = z.object({ sampleTime: SampleTime, moods: z.array(z.string()).nullish() })

export function mapSymptoms(payload: unknown, context: MapContext): Mapped[] {
  return tags(
    readPoints('symptoms', Symptoms, payload, context).map(({ value }) => ({ ...value, names: value.symptoms ?? [] })),
    context,
  )
}

export function mapMoods(payload: unknown, context: MapContext): Mapped[] {
  return tags(
    readPoints('moods', Moods, payload, context).map(({ value }) => ({ ...value, names: value.moods ?? [] })),
    context,
  )
}

function tags(items: readonly { sampleTime: SampleTime; names: readonly string[] }[], context: MapContext): Mapped[] {
  const at = items.map((item) => ({ ...timed(item.sampleTime, context), ...item }))
  return byDay('daily', at, context, (inDay): DailyPart => ({
    tag_data: {
      tags: inDay.flatMap(({ sampleTime, names }) =>
        names.map((name) => ({ timestamp: shownSample(sampleTime, context.timeZone), tag_name: name, notes: '' })),
      ),
    },
  }))
}
