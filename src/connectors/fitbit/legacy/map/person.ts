import { z } from 'zod'
import type { MapContext, Mapped } from '../../../connector.ts'
import { readDocuments } from '../../../documents.ts'
import { makerOf } from '../../../google-health/map/person.ts'
import { instantAt, shown } from '../time.ts'
import { day, number, text, time } from '../values.ts'

const Profile = z.object({
  encodedId: z.string(),
  firstName: text,
  lastName: text,
  gender: text,
  dateOfBirth: day.nullish(),
  country: text,
  memberSince: day.nullish(),
  age: number,
})

export function mapProfile(payload: unknown, context: MapContext): Mapped[] {
  return readDocuments({ kind: 'profile', schema: Profile, lists: ['user'] }, payload, context).map((user) => ({
    type: 'athlete',
    key: { only: true },
    record: {
      provider_user_id: user.encodedId,
      first_name: user.firstName || null,
      last_name: user.lastName || null,
      gender: user.gender,
      date_of_birth: user.dateOfBirth,
      country: user.country,
      age: user.age,
      account_creation_date: user.memberSince ? `${user.memberSince}T00:00:00.000000` : null,
    },
  }))
}

const Device = z.object({ id: z.union([z.string(), z.number()]), deviceVersion: text, lastSyncTime: time.nullish() })

export function mapDevices(payload: unknown, context: MapContext): Mapped[] {
  const devices = readDocuments({ kind: 'devices', schema: Device }, payload, context).map((device) => ({
    name: device.deviceVersion,
    manufacturer: makerOf(device.deviceVersion),
    last_upload_date: device.lastSyncTime ? shown(instantAt(device.lastSyncTime, context), context) : null,
  }))
  return devices.length === 0 ? [] : [{ type: 'athlete', key: { only: true }, record: { devices } }]
}
