// How Fitbit spells values: numbers of series are text, times are the person's wall clock without an offset.
import { z } from 'zod'
import { isRecordDay } from '../../../model/local-day.ts'
import { isRecordTime } from '../../../model/timestamps.ts'

export const number = z.number().nullish()
export const text = z.string().nullish()
export const flag = z.boolean().nullish()

/** `"13482"`; intraday and newer series have plain numbers. */
export const numeral = z
  .union([z.number(), z.string().regex(/^-?\d+(?:\.\d+)?$/, 'expected a number as text')])
  .transform(Number)

/** 64 bits: a number or text, and text from here on. */
export const id = z.union([z.string().min(1), z.number()]).transform(String)

export const day = z.string().refine(isRecordDay, 'expected a day, YYYY-MM-DD')
/** `07:18:31` or `17:42`. */
export const clock = z.string().regex(/^\d{1,2}:\d{2}(?::\d{2})?$/, 'expected a time of day, HH:MM:SS')
export const time = z.string().refine(isRecordTime, 'expected a time, ISO 8601')

/** A day, or a time on it: core temperatures have either. */
export const dayOrTime = z.union([day, time])

/** `H:MM` and `HH:MM` as one can add it to a day. */
export function clockOf(value: string): string {
  return value.length === 4 || /^\d:/.test(value) ? `0${value}` : value
}
