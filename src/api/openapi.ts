// The OpenAPI 3.1 document, made from the operations and the model's schemas.
import { z } from 'zod'
import { eventSchemas } from '../model/events.ts'
import type { Operation } from './http/operation.ts'
import { takesNoOthers } from './http/parameters.ts'
import { Problem } from './http/problem.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

export interface MountedOperation {
  prefix: string
  operation: Operation
}

const TAGS: Record<string, string> = {
  Authentication: 'Connecting and disconnecting people.',
  Data: "Asking for a user's data.",
  Users: 'Connections: one person, one source.',
  Integrations: 'Which sources there are.',
  Writing: 'Sending data to a source. No source takes any yet.',
  Browser: "Where people's browsers come by.",
  Notifications: 'Where providers announce changes.',
  Environments: 'Worlds of their own on one installation.',
  Keys: 'API keys and signing secrets.',
  Sources: 'Data sources of an environment.',
  Destinations: 'Where events go.',
  Events: 'What was, or is to be, delivered.',
  Deliveries: 'One event for one destination.',
  Jobs: 'Reading from providers.',
  Simulator: 'Payloads to try with.',
  Inspector: 'The built-in webhook inspector.',
  Audit: 'Who did what, and who looked at whose data.',
  Instance: 'This installation.',
  Operation: 'Health and metrics.',
}

export function openApiDocument(options: {
  version: string
  serverUrl: string
  operations: readonly MountedOperation[]
}): JsonObject {
  const schemas = new Schemas()
  const paths: Record<string, JsonObject> = {}
  for (const { prefix, operation } of options.operations) {
    const path = `${prefix}${operation.path}`
    const method = operation.method === 'ALL' ? 'post' : operation.method.toLowerCase()
    paths[path] = { ...paths[path], [method]: describe(operation, schemas) }
  }
  const webhooks = Object.fromEntries(
    eventSchemas.map((schema) => {
      const { id = '', description = '' } = z.globalRegistry.get(schema) ?? {}
      return [id, webhook(schemas.refer(schema, 'output'), String(description))]
    }),
  )
  const problem = schemas.refer(Problem, 'output')
  return {
    openapi: '3.1.0',
    info: {
      title: 'Loam',
      version: options.version,
      description:
        "Self-hosted health-data gateway, wire-compatible with Terra's Health & Fitness API. Everything below `/v2` also " +
        'answers below `/api/v2`. Every answer carries the header `terra-reference`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.serverUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks,
    components: {
      securitySchemes: {
        devId: { type: 'apiKey', in: 'header', name: 'dev-id' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        adminToken: { type: 'http', scheme: 'bearer', description: 'LOAM_ADMIN_TOKEN.' },
        dashboardSession: { type: 'apiKey', in: 'cookie', name: 'loam_session' },
      },
      responses: {
        Problem: { description: 'What went wrong.', content: { 'application/problem+json': { schema: problem } } },
      },
      schemas: schemas.all(),
    },
  }
}

function describe(operation: Operation, schemas: Schemas): JsonObject {
  const parameters = [
    ...parametersOf(operation.params, 'path', schemas),
    ...parametersOf(operation.query, 'query', schemas),
    ...environmentParameter(operation),
  ]
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [...operation.tags],
    security: securityOf(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: requestBodyOf(operation, operation.body, schemas) }),
    responses: responsesOf(operation, schemas),
  }
}

function securityOf(operation: Operation): Json {
  switch (operation.auth) {
    case 'apiKey':
      return [{ devId: [], apiKey: [] }]
    case 'admin':
    case 'instance':
      return [{ adminToken: [] }, { dashboardSession: [] }]
    default:
      return []
  }
}

function environmentParameter(operation: Operation): JsonObject[] {
  const description =
    operation.auth === 'admin'
      ? 'The environment to act on. Default: the first.'
      : operation.auth === 'devId'
        ? 'Narrows the answer to this environment.'
        : null
  if (description === null) return []
  return [{ name: 'dev-id', in: 'header', required: false, description, schema: { type: 'string' } }]
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query', schemas: Schemas): JsonObject[] {
  if (schema === undefined) return []
  return Object.entries(schema.shape).map(([name, member]) => {
    const type = member as z.ZodType
    const { description, ...rest } = schemas.inline(type, 'input')
    const absent = type.safeParse(undefined)
    const fallback: JsonObject = absent.success && absent.data !== undefined ? { default: absent.data as Json } : {}
    return {
      name,
      in: place,
      required: place === 'path' || !absent.success,
      ...(description === undefined ? {} : { description }),
      schema: { ...rest, ...fallback },
    }
  })
}

function requestBodyOf(operation: Operation, schema: z.ZodType, schemas: Schemas): JsonObject {
  const taken: JsonObject = takesNoOthers(operation, schema) ? { additionalProperties: false } : {}
  return {
    required: !schema.safeParse({}).success,
    content: { 'application/json': { schema: schemas.refer(schema, 'input', taken) } },
  }
}

function responsesOf(operation: Operation, schemas: Schemas): JsonObject {
  const responses: JsonObject = {}
  for (const [status, spec] of Object.entries(operation.responses)) {
    const types = [spec.contentType ?? (spec.schema === undefined ? [] : 'application/json')].flat()
    const schema = spec.schema === undefined ? { type: 'string' } : schemas.refer(spec.schema, 'output')
    const content = Object.fromEntries(types.map((type) => [type, { schema }]))
    responses[status] = { description: spec.description, ...(types.length === 0 ? {} : { content }) }
  }
  for (const [status, description] of Object.entries(errorsOf(operation))) {
    responses[status] = {
      description,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }
  }
  return { ...responses, default: { $ref: '#/components/responses/Problem' } }
}

function errorsOf(operation: Operation): Record<number, string> {
  const errors: Record<number, string> = {}
  if (operation.params || operation.query || operation.body) errors[400] = 'A parameter or the body is wrong.'
  if (operation.auth === 'apiKey') {
    errors[401] = 'The credentials are missing or wrong.'
    errors[429] = 'The key makes too many requests, or the address too many without one; `retry-after` says how long.'
  }
  if (operation.auth === 'devId') errors[429] = 'The address tries too many dev-ids; `retry-after` says how long.'
  if (operation.auth === 'admin' || operation.auth === 'instance') {
    errors[401] = 'The admin token is missing or wrong.'
    errors[429] = 'Too many wrong tokens came from the address; `retry-after` says how long.'
  }
  if (operation.body) errors[413] = 'The body is larger than 1 MB.'
  const { wrongCredentials } = operation
  if (wrongCredentials?.when === 'wrong') errors[wrongCredentials.status] = 'The credentials are wrong.'
  return { ...errors, ...operation.errors }
}

function webhook(schema: JsonObject, description: string): JsonObject {
  return {
    post: {
      summary: description,
      tags: ['Events'],
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: { '2XX': { description: 'Received. Anything else is tried again.' } },
    },
  }
}

/** Named schemas, each once, under `components`. */
class Schemas {
  #named = new Map<string, JsonObject>()

  /** A reference where the schema has a name, else the schema itself. */
  refer(schema: z.ZodType, io: 'input' | 'output', more: JsonObject = {}): JsonObject {
    const id = z.globalRegistry.get(schema)?.id
    const json = { ...this.inline(schema, io), ...more }
    if (id === undefined) return json
    const reference = `#/components/schemas/${id}`
    // A recursive one, or one that stands in its own definitions, comes as a reference already.
    if (json.$ref !== reference) this.#add(id, json)
    return { $ref: reference }
  }

  inline(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $schema: _, $defs, id: __, ...root } = z.toJSONSchema(schema, { io, override: withHint }) as JsonObject
    for (const [id, definition] of Object.entries(($defs ?? {}) as Record<string, JsonObject>)) {
      const { id: ___, ...rest } = definition
      this.#add(id, relocated(rest))
    }
    return relocated(root)
  }

  all(): JsonObject {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  #add(id: string, schema: JsonObject): void {
    const known = this.#named.get(id)
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two different schemas have the id ${id}`)
    }
    this.#named.set(id, schema)
  }
}

/** `.meta({ openapi })` replaces what cannot be told from a schema that transforms. */
function withHint({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { openapi } = jsonSchema as { openapi?: JsonObject }
  if (openapi === undefined) return
  const keep = { description: jsonSchema.description, default: jsonSchema.default }
  for (const name of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[name]
  Object.assign(
    jsonSchema,
    openapi,
    Object.fromEntries(Object.entries(keep).filter(([, value]) => value !== undefined)),
  )
}

function relocated(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonObject
}
