// Pages that the wire has no field for: they are read as far as needed to know them, and kept as they came.
import { z } from 'zod'
import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { formOf, readPoints, readWindows } from '../pages.ts'

export function keepRaw(dataType: string) {
  return (payload: unknown, context: MapContext): Mapped[] => {
    if (formOf(payload) === 'windows') readWindows(dataType, z.looseObject({}), payload, context)
    else readPoints(dataType, z.looseObject({}), payload, context)
    return []
  }
}

/** One of `names` tells a resource from any other object. */
export function keepResource(kind: string, names: readonly string[]) {
  const schema = z
    .looseObject({})
    .refine((resource) => names.some((name) => name in resource), `expected one of ${names.join(', ')}`)
  return (payload: unknown, context: MapContext): Mapped[] => {
    readDocuments({ kind, schema }, payload, context)
    return []
  }
}
