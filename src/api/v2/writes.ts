// Writing to a provider what no source takes yet: each call says so about the source at hand.
import { z } from 'zod'
import { connectorById } from '../../connectors/index.ts'
import { ApiError } from '../../platform/errors.ts'
import { connectionNamed } from '../connection-named.ts'
import { type Method, type Operation, operation } from '../http/operation.ts'

interface Write {
  method: Method
  path: string
  id: string
  summary: string
  /** Completes "OURA does not take …". */
  what: string
}

const WRITES: Write[] = [
  { method: 'POST', path: '/activity', id: 'writeActivity', summary: 'Write activities', what: 'take activities' },
  { method: 'POST', path: '/body', id: 'writeBody', summary: 'Write body data', what: 'take body data' },
  { method: 'DELETE', path: '/body', id: 'deleteBody', summary: 'Delete written body data', what: 'take body data' },
  {
    method: 'POST',
    path: '/nutrition',
    id: 'writeNutrition',
    summary: 'Write food diaries',
    what: 'take food diaries',
  },
  {
    method: 'DELETE',
    path: '/nutrition',
    id: 'deleteNutrition',
    summary: 'Delete written food diaries',
    what: 'take food diaries',
  },
  ...planned('/plannedWorkouts/{planned_workout_id}/synced', ['POST']),
  ...routes('/routes/{route_id}/push', ['POST']),
  ...routes('/pushedRoutes', ['GET']),
  ...routes('/pushedRoutes/{pushed_route_id}', ['GET', 'DELETE']),
]

function planned(path: string, methods: Method[]): Write[] {
  return methods.map((method) => ({
    method,
    path,
    id: idOf(method, path),
    summary: 'Planned workouts',
    what: 'take planned workouts',
  }))
}

function routes(path: string, methods: Method[]): Write[] {
  return methods.map((method) => ({ method, path, id: idOf(method, path), summary: 'Routes', what: 'take routes' }))
}

function idOf(method: Method, path: string): string {
  const words = path.split(/[/{}_]+/).filter(Boolean)
  return method.toLowerCase() + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}

function writeOperation(write: Write): Operation {
  return operation({
    method: write.method,
    path: write.path,
    id: write.id,
    summary: write.summary,
    description: 'No source takes this yet: the answer is always an error that names the source.',
    tags: ['Writing'],
    auth: 'apiKey',
    params: z.object(Object.fromEntries([...write.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name!, z.string()]))),
    query: z.object({ user_id: z.string().optional() }),
    responses: {},
    errors: { 400: 'The source does not take this.', 404: 'There is no such user.' },
    handler: async ({ ctx, environment, query }) => {
      if (query.user_id === undefined) {
        throw new ApiError('invalid_request', 400, 'user_id: is required, as a query parameter: whom it is for')
      }
      const connection = await connectionNamed(ctx, environment, query.user_id)
      const name = connectorById(connection.provider)?.name ?? connection.provider
      throw new ApiError(
        'provider_cannot_write',
        400,
        `${connection.provider}: ${name} does not ${write.what} through this API`,
      )
    },
  })
}

export const writeOperations = WRITES.map(writeOperation)
