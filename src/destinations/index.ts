// The catalogue: a kind of destination exists by standing here. It imports no client library: those are loaded when a
// destination first sends.
import { azure } from './azure/index.ts'
import type { DestinationType } from './destination.ts'
import { file } from './file/index.ts'
import { gcs } from './gcs/index.ts'
import { kafka } from './kafka/index.ts'
import { mongodb } from './mongodb/index.ts'
import { mysql } from './mysql/index.ts'
import { nats } from './nats/index.ts'
import { postgres } from './postgres/index.ts'
import { rabbitmq } from './rabbitmq/index.ts'
import { redis } from './redis/index.ts'
import { s3 } from './s3/index.ts'
import { sqs } from './sqs/index.ts'
import { stdout } from './stdout/index.ts'
import { supabase } from './supabase/index.ts'
import { webhook } from './webhook/index.ts'

export const destinationTypes: readonly DestinationType[] = [
  webhook as unknown as DestinationType,
  postgres as unknown as DestinationType,
  mysql as unknown as DestinationType,
  supabase as unknown as DestinationType,
  mongodb as unknown as DestinationType,
  kafka as unknown as DestinationType,
  redis as unknown as DestinationType,
  nats as unknown as DestinationType,
  rabbitmq as unknown as DestinationType,
  s3 as unknown as DestinationType,
  gcs as unknown as DestinationType,
  azure as unknown as DestinationType,
  sqs as unknown as DestinationType,
  file as unknown as DestinationType,
  stdout as unknown as DestinationType,
]

export function destinationType(id: string): DestinationType | null {
  return destinationTypes.find((type) => type.id === id) ?? null
}
