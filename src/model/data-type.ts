import { z } from 'zod'

/** The kinds of record that can be asked for, as the API's paths spell them. */
export const DATA_TYPES = ['activity', 'athlete', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'] as const
export const DataType = z.enum(DATA_TYPES).meta({ id: 'DataType', description: 'A kind of record.' })
export type DataType = z.infer<typeof DataType>

/** The others have no series: `with_samples` changes nothing there. */
export const DATA_TYPES_WITH_SAMPLES = ['activity', 'body', 'daily', 'nutrition', 'sleep'] as const

export function isDataType(text: string): text is DataType {
  return (DATA_TYPES as readonly string[]).includes(text)
}
