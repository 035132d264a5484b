// A workout as a device would write it: a FIT file, made by hand from public descriptions of the format.
import { simulateDay, type Workout } from '../people/day.ts'
import { dayOfInstant } from '../people/days.ts'
import type { Person } from '../people/person.ts'

const FIT_EPOCH_SECONDS = 631_065_600
const EVERY_SECONDS = 10
const MINUTE = 60_000

interface Field {
  number: number
  type: 'u8' | 'u16' | 'u32' | 'enum'
  value: number
}

const SIZE = { u8: 1, enum: 1, u16: 2, u32: 4 }
const BASE = { u8: 0x02, enum: 0x00, u16: 0x84, u32: 0x86 }

/** Sport, sub-sport, and whether the cadence is that of one foot. */
const SPORTS: Record<string, { sport: number; sub: number; onFoot: boolean }> = {
  running: { sport: 1, sub: 0, onFoot: true },
  cycling: { sport: 2, sub: 7, onFoot: false },
  walking: { sport: 11, sub: 0, onFoot: true },
  hiking: { sport: 17, sub: 0, onFoot: true },
  swimming: { sport: 5, sub: 18, onFoot: false },
  rowing: { sport: 15, sub: 0, onFoot: false },
  yoga: { sport: 10, sub: 43, onFoot: false },
  strength_training: { sport: 10, sub: 20, onFoot: false },
}

/** `manufacturer` and `serial` are those of the device. */
export function fitFileOf(
  who: Person,
  workout: Workout,
  device: { manufacturer: number; serial: number; utcOffsetMinutes: number },
): Uint8Array {
  const { sport, sub, onFoot } = SPORTS[workout.sport] ?? { sport: 0, sub: 0, onFoot: false }
  const start = fitTime(workout.startAt)
  const end = fitTime(workout.endAt)
  const seconds = end - start
  const records = recordsOf(who, workout, onFoot)
  const beats = records.map(({ bpm }) => bpm)
  const totals: Field[] = [
    { number: 253, type: 'u32', value: end },
    { number: 2, type: 'u32', value: start },
    { number: 7, type: 'u32', value: seconds * 1000 },
    { number: 8, type: 'u32', value: seconds * 1000 },
    { number: 11, type: 'u16', value: Math.round(workout.kcal) },
    ...(workout.meters === null ? [] : [{ number: 9, type: 'u32' as const, value: Math.round(workout.meters * 100) }]),
  ]
  const messages = [
    message(0, [
      { number: 0, type: 'enum', value: 4 },
      { number: 1, type: 'u16', value: device.manufacturer },
      { number: 3, type: 'u32', value: device.serial },
      { number: 4, type: 'u32', value: start },
    ]),
    timer(start, 0),
    ...records.map(({ at, bpm, cadence, meters }) =>
      message(20, [
        { number: 253, type: 'u32', value: fitTime(at) },
        { number: 3, type: 'u8', value: bpm },
        { number: 4, type: 'u8', value: cadence },
        ...(meters === null ? [] : [{ number: 5, type: 'u32' as const, value: Math.round(meters * 100) }]),
      ]),
    ),
    timer(end, 4),
    message(19, [...totals, { number: 24, type: 'enum', value: 7 }]),
    message(18, [
      ...totals,
      { number: 5, type: 'enum', value: sport },
      { number: 6, type: 'enum', value: sub },
      { number: 16, type: 'u8', value: Math.round(beats.reduce((sum, bpm) => sum + bpm, 0) / beats.length) },
      { number: 17, type: 'u8', value: Math.max(...beats) },
    ]),
    message(34, [
      { number: 253, type: 'u32', value: end },
      { number: 5, type: 'u32', value: end + device.utcOffsetMinutes * 60 },
      { number: 1, type: 'u16', value: 1 },
    ]),
  ]
  return file(Buffer.concat(messages))
}

function recordsOf(who: Person, workout: Workout, onFoot: boolean) {
  const day = simulateDay(who, dayOfInstant(workout.startAt, who.timeZone))
  const length = workout.endAt - workout.startAt
  const records: { at: number; bpm: number; cadence: number; meters: number | null }[] = []
  for (let at = workout.startAt; at <= workout.endAt; at += EVERY_SECONDS * 1000) {
    const minute = Math.min(day.length - 1, Math.floor((at - day.startAt) / MINUTE))
    const share = (at - workout.startAt) / length
    records.push({
      at,
      bpm: day.bpm[minute]!,
      cadence: onFoot ? Math.round(day.steps[minute]! / 2) : 82,
      meters: workout.meters === null ? null : workout.meters * share,
    })
  }
  return records
}

function timer(at: number, kind: number): Buffer {
  return message(21, [
    { number: 253, type: 'u32', value: at },
    { number: 0, type: 'enum', value: 0 },
    { number: 1, type: 'enum', value: kind },
  ])
}

/** A definition and its only message, always as local type 0. */
function message(number: number, fields: readonly Field[]): Buffer {
  const definition = Buffer.from([0x40, 0, 0, number & 0xff, number >> 8, fields.length])
  const described = fields.map((field) => Buffer.from([field.number, SIZE[field.type], BASE[field.type]]))
  const values = fields.map(({ type, value }) => {
    const bytes = Buffer.alloc(SIZE[type])
    bytes.writeUIntLE(value, 0, SIZE[type])
    return bytes
  })
  return Buffer.concat([definition, ...described, Buffer.from([0]), ...values])
}

function file(data: Buffer): Uint8Array {
  const header = Buffer.alloc(14)
  header[0] = 14
  header[1] = 0x20
  header.writeUInt16LE(2132, 2)
  header.writeUInt32LE(data.length, 4)
  header.write('.FIT', 8, 'latin1')
  const all = Buffer.concat([header, data])
  const crc = Buffer.alloc(2)
  crc.writeUInt16LE(checksum(all))
  return Buffer.concat([all, crc])
}

const NIBBLES = [
  0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01,
  0x8801, 0x4400,
]

function checksum(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc = ((crc >> 4) & 0x0fff) ^ NIBBLES[crc & 0xf]! ^ NIBBLES[byte & 0xf]!
    crc = ((crc >> 4) & 0x0fff) ^ NIBBLES[crc & 0xf]! ^ NIBBLES[(byte >> 4) & 0xf]!
  }
  return crc
}

function fitTime(ms: number): number {
  return Math.floor(ms / 1000) - FIT_EPOCH_SECONDS
}
