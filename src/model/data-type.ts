import { z } from 'zod'

/** The kinds of record that can be asked for, as the API's paths spell them. */
export const DATA_TYPES = ['activity', 'athlete', 'body', 'daily', 'menstruation', 'nutrition', 'sleep'] as const
export const DataType = z.enum(DATA_TYPES).meta({ id: 'DataType', description: 'A kind of record.' })
export type DataType = z.infer<typeof DataType>

export function isDataType(text: string): text is DataType {
  return (DATA_TYPES as readonly string[]).includes(text)
}
