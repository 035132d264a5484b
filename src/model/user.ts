import { z } from 'zod'

export const TerraUser = z
  .object({
    user_id: z.string().describe('Id of the connection.'),
    provider: z.string().describe('The source, upper case.'),
    last_webhook_update: z
      .string()
      .nullable()
      .describe('When the webhook before this one was made, to within a second.'),
    created_at: z.string().describe('When the person connected.'),
    scopes: z.string().nullable().describe("What the person granted, in the provider's spelling, comma separated."),
    reference_id: z.string().nullable().describe('Your own id of the person.'),
    active: z.boolean().describe('False when no data will come: switched off, revoked or removed.'),
  })
  .meta({ id: 'TerraUser', description: 'One connection of one person to one source.' })
export type TerraUser = z.infer<typeof TerraUser>
