// Everything that the API can do, in the order of its document.
import { auditOperations } from './admin/audit.ts'
import { deliveryOperations } from './admin/deliveries.ts'
import { destinationSecretOperations } from './admin/destination-secret.ts'
import { destinationOperations } from './admin/destination-operations.ts'
import { environmentOperations } from './admin/environments.ts'
import { eventOperations } from './admin/events.ts'
import { generateOperations } from './admin/generate.ts'
import { inspectorOperations } from './admin/inspector.ts'
import { instanceOperations } from './admin/instance.ts'
import { jobOperations } from './admin/jobs.ts'
import { keyOperations } from './admin/keys.ts'
import { moveOperations } from './admin/moves/operations.ts'
import { replayOperations } from './admin/replays.ts'
import { sessionOperations } from './admin/sessions.ts'
import { sourceOperations } from './admin/sources.ts'
import { streamOperations } from './admin/streams.ts'
import { userOperations as adminUserOperations } from './admin/users.ts'
import { healthOperations } from './health.ts'
import type { Operation } from './http/operation.ts'
import { inspectOperations } from './inspector.ts'
import type { MountedOperation } from './openapi.ts'
import { payloadOperations } from './payloads.ts'
import { authOperations, widgetSessionOperations } from './v2/auth.ts'
import { againOperations, callbackOperations, leaveOperations } from './v2/callback.ts'
import { dataOperations } from './v2/data.ts'
import { hookOperations } from './v2/hooks.ts'
import { integrationOperations } from './v2/integrations.ts'
import { userOperations } from './v2/users.ts'
import { plannedWorkoutOperations } from './v2/planned-workouts.ts'
import { workoutTemplateOperations } from './v2/workout-templates.ts'
import { writeOperations } from './v2/writes.ts'

const v2: Operation[] = [
  ...authOperations,
  ...dataOperations,
  ...userOperations,
  ...integrationOperations,
  ...plannedWorkoutOperations,
  ...workoutTemplateOperations,
  ...writeOperations,
  ...callbackOperations,
  ...hookOperations,
]

/** The document shows `/v2`; the same answers below `/api/v2`. */
export const ALIASES = [{ of: '/v2', prefix: '/api/v2' }]

/** `shutdown` ends the streams that are open. */
export function allOperations(shutdown?: AbortSignal): MountedOperation[] {
  // Streams before the resources beside them: `/events/stream` is no event id.
  const admin = [
    ...environmentOperations,
    ...keyOperations,
    ...sourceOperations,
    ...destinationOperations,
    ...destinationSecretOperations,
    ...adminUserOperations,
    ...moveOperations,
    ...streamOperations(shutdown),
    ...eventOperations,
    ...deliveryOperations,
    ...replayOperations,
    ...jobOperations,
    ...generateOperations,
    ...inspectorOperations,
    ...auditOperations,
    ...instanceOperations,
    ...sessionOperations,
  ]
  const under = (prefix: string, operations: readonly Operation[]): MountedOperation[] =>
    operations.map((operation) => ({ prefix, operation }))
  return [
    ...under('/v2', v2),
    ...under('', widgetSessionOperations),
    ...under('', againOperations),
    ...under('', leaveOperations),
    ...under('/admin/v1', admin),
    ...under('', payloadOperations),
    ...under('', inspectOperations),
    ...under('', healthOperations),
  ]
}
