// Events as blobs of a container in Azure Blob Storage.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { defineDestination, rejected, type World } from '../destination.ts'
import { keyInUrl } from '../objects/keys.ts'
import { refusedBy, unanswered } from '../objects/refusal.ts'
import { objectDelivery, objectSender, objectSettings, type PutObject, stored } from '../objects/sender.ts'
import { type Access, accessSetting, authorized, readAccess } from './access.ts'

const VERSION = '2023-11-03'

const MEND: Record<string, string> = {
  ContainerNotFound: 'there is no such container: create it, or correct its name',
  ContainerBeingDeleted: 'the container is being deleted: create it again, or name another',
  AuthenticationFailed: 'the key or the SAS is wrong, or the clocks differ: set it anew, or the clock of this server',
  InvalidAuthenticationInfo: 'the SAS is not whole: set it anew',
  AuthorizationPermissionMismatch: 'the SAS lacks a right: it needs create and write on blobs',
  UnauthorizedBlobOverwrite: 'the SAS lacks a right: it needs create and write on blobs',
  AuthorizationResourceTypeMismatch: 'the SAS is for something else: it has to be for blobs (objects) of the container',
  AuthorizationServiceMismatch: 'the SAS is for another service: it has to be for blobs',
  AuthorizationProtocolMismatch: 'the SAS wants https: correct the address',
  AuthorizationSourceIPMismatch: 'the SAS is for other addresses than that of this server: make another one',
  AuthorizationFailure:
    "the key or the SAS is wrong, or the account's firewall keeps us out: set it anew, or let this server in",
  KeyBasedAuthenticationNotPermitted: 'the account forbids its keys: allow them, or ask for another SAS',
  AccountIsDisabled: 'the account is disabled: see to its subscription',
  BlobImmutableDueToPolicy: 'a policy forbids to replace blobs: choose keys: unique, or batches',
  LeaseIdMissing: 'somebody has a lease on the blob: end it, or choose keys: unique, or batches',
  '404': 'there is no such container: create it, or correct its name',
}

export const AzureSettings = z.object({
  container: z
    .string()
    .min(3)
    .max(63)
    .regex(/^[a-z0-9](-?[a-z0-9])*$/, { error: 'must be the name of a container, without a path or a URL' })
    .describe('The container; it exists already.'),
  access: accessSetting
    .meta({ secret: true })
    .describe(
      'A connection string of the account, with its key or a SAS, or a SAS URL of the account or of the container. It may create and write blobs.',
    ),
  ...objectSettings,
})
export type AzureSettings = z.infer<typeof AzureSettings>

export const azure = defineDestination({
  id: 'azure',
  name: 'Azure Blob Storage',
  description: 'Blobs in a container of Azure, with a key or a shared access signature.',
  settings: AzureSettings,
  reaches: (settings) => ({ access: [accessOf(settings).endpoint] }),
  target: (settings) => `${new URL(accessOf(settings).endpoint).host}/${settings.container}/${settings.prefix}`,
  ...objectDelivery,
  open: (settings, world) => objectSender(settings, putTo(settings, world)),
})

function accessOf({ access, container }: AzureSettings): Access {
  const read = readAccess(access, container)
  if (typeof read === 'string') throw new Error(`the settings' access ${read}`)
  return read
}

function putTo(settings: AzureSettings, { http, clock }: World): PutObject {
  const access = accessOf(settings)
  const { container } = settings
  const where = `${new URL(access.endpoint).host}, container ${container},`
  const ended = 'sas' in access.by ? endOf(access.by.sas) : null

  return async ({ key, body, contentType, metadata }, timeoutMs) => {
    const headers = {
      'content-type': contentType,
      // What arrives changed is refused.
      'content-md5': createHash('md5').update(body).digest('base64'),
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-date': new Date(clock.now()).toUTCString(),
      'x-ms-version': VERSION,
      ...namedForAzure(metadata),
    }
    const request = { method: 'PUT' as const, url: `${access.endpoint}/${container}/${keyInUrl(key)}`, headers, body }
    const signed = { ...request, ...authorized(access, request) }
    try {
      const response = await http.send({ ...signed, timeoutMs, maxResponseBytes: 8192 })
      if (response.status === 201) return stored(201, `${container}/${key}`)
      const code = response.headers['x-ms-error-code'] ?? null
      if (code === 'RequestBodyTooLarge') return rejected(`${where} does not take a blob of this size (${code})`)
      const over = ended !== null && ended < clock.now() && response.status === 403
      const mend = over && code !== null ? { ...MEND, [code]: 'the SAS has ended: make a new one' } : MEND
      return refusedBy({ where, response, code, mend, now: clock.now() })
    } catch (error) {
      return unanswered(error)
    }
  }
}

/** When a SAS says that it ends. */
function endOf(sas: string): number | null {
  const at = Date.parse(new URLSearchParams(sas).get('se') ?? '')
  return Number.isNaN(at) ? null : at
}

/** Names of metadata are identifiers there, which have no hyphens. */
function namedForAzure(metadata: Record<string, string>): Record<string, string> {
  const named = Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name.replaceAll('-', '_')}`, value])
  return Object.fromEntries(named) as Record<string, string>
}
