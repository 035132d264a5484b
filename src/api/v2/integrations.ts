import { z } from 'zod'
import type { Connector } from '../../connectors/connector.ts'
import { connectors } from '../../connectors/index.ts'
import { DATA_TYPES } from '../../model/data-type.ts'
import type { Context } from '../../store/context.ts'
import { listSources, type SourceRow } from '../../store/sources.ts'
import { operation } from '../http/operation.ts'
import { yesOrNo } from '../http/parameters.ts'
import { providerTypes } from '../provider-types.ts'

const Types = z
  .object(
    Object.fromEntries(DATA_TYPES.filter((type) => type !== 'athlete').map((type) => [type, z.boolean()])) as Record<
      string,
      z.ZodBoolean
    >,
  )
  .describe('Which data types it gives.')

const Integration = z
  .object({
    provider: z.string(),
    name: z.string(),
    icon: z.string(),
    setup: z
      .enum(['API_KEYS_MANAGED', 'API_KEYS_REQUIRED', 'NONE'])
      .describe('Whether credentials of yours are set, are needed, or are not needed (sandbox).'),
    enabled: z.boolean(),
    types: Types,
  })
  .meta({ id: 'Integration' })

function integration(ctx: Context, connector: Connector, source: SourceRow | null): z.infer<typeof Integration> {
  const types = providerTypes(connector)
  return {
    provider: connector.id,
    name: connector.name,
    icon: `${ctx.publicUrl}/static/providers/${connector.id.toLowerCase()}.svg`,
    setup:
      source !== null && source.client_id !== null ? 'API_KEYS_MANAGED' : ctx.sandbox ? 'NONE' : 'API_KEYS_REQUIRED',
    enabled: true,
    types: Object.fromEntries(
      DATA_TYPES.filter((type) => type !== 'athlete').map((type) => [type, types.includes(type)]),
    ),
  }
}

const inOrder = [...connectors].sort((a, b) => (a.id < b.id ? -1 : 1))

export const integrationOperations = [
  operation({
    method: 'GET',
    path: '/integrations',
    id: 'getIntegrations',
    summary: 'List the sources that there are',
    tags: ['Integrations'],
    auth: 'none',
    responses: {
      200: {
        description: 'Their names. `sdk_resource` is an older name of `sdk_providers`.',
        schema: z.object({
          status: z.literal('success'),
          providers: z.array(z.string()),
          sdk_providers: z.array(z.string()),
          sdk_resource: z.array(z.string()),
        }),
      },
    },
    handler: async () => ({
      status: 'success',
      providers: inOrder.map((connector) => connector.id),
      sdk_providers: [],
      sdk_resource: [],
    }),
  }),
  operation({
    method: 'GET',
    path: '/integrations/detailed',
    id: 'getDetailedIntegrations',
    summary: 'List the sources with what each gives',
    description:
      'With the header `dev-id`: what that environment has switched on; an API key is not needed. Without: everything.',
    tags: ['Integrations'],
    auth: 'devId',
    query: z.object({
      sdk: yesOrNo.optional().describe('Also list sources that need a mobile SDK. There are none yet.'),
    }),
    responses: {
      200: {
        description: 'The sources.',
        schema: z.object({ status: z.literal('success'), providers: z.array(Integration) }),
      },
    },
    errors: { 404: 'There is no such dev-id.' },
    handler: async ({ ctx, environment }) => {
      if (environment === null) {
        return { status: 'success', providers: inOrder.map((connector) => integration(ctx, connector, null)) }
      }
      const rows = new Map((await listSources(ctx.db, environment.id)).map((row) => [row.provider, row]))
      const enabled = inOrder.filter((connector) => rows.get(connector.id)?.enabled === 1)
      const providers = enabled.map((connector) => integration(ctx, connector, rows.get(connector.id) ?? null))
      return { status: 'success', providers }
    },
  }),
]
