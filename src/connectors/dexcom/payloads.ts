import { z } from 'zod'
import { isDexcomTime } from './time.ts'

const text = z.string().nullish()
const time = z.string().refine(isDexcomTime, { error: 'expected a time, such as 2026-09-15T10:05:17+02:00' })
const id = z.union([z.string().min(1), z.number().transform(String)]).nullish()
/** `"4.50"`, `4.5`, `""`, `"-1"`; a note is any text. */
const value = z.union([z.string(), z.number()]).nullish()

const dated = { recordId: id, systemTime: time, displayTime: time, displayDevice: text, transmitterGeneration: text }

export const Egv = z.object({
  ...dated,
  transmitterId: text,
  value: z.number().nullish(),
  /** Older answers tell apart what the sensor said and what the trend is made of. */
  realtimeValue: z.number().nullish(),
  status: text,
  trend: text,
  unit: text,
})
export type Egv = z.infer<typeof Egv>

export const Calibration = z.object({ ...dated, value: z.number().nullish(), unit: text })
export type Calibration = z.infer<typeof Calibration>

export const Event = z.object({ ...dated, eventStatus: text, eventType: text, eventSubType: text, value, unit: text })
export type Event = z.infer<typeof Event>

export const Alert = z.object({ ...dated, alertName: text, alertState: text })

export const Device = z.object({
  lastUploadDate: z.string().refine(isDexcomTime, { error: 'expected a time, such as 2026-09-15T10:05:17Z' }).nullish(),
  transmitterGeneration: text,
  displayDevice: text,
  displayApp: text,
})
export type Device = z.infer<typeof Device>

export const DataRange = z.object({ userId: z.string().min(1) })
