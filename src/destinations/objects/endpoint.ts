import { z } from 'zod'

/** The host that objects are sent to, where it may be another than the usual one. */
export const endpointSetting = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2048)
  .refine((text) => !URL.canParse(text) || isOnlyHost(new URL(text)), {
    error: 'must be a host alone, such as https://storage.example.com, without user, path or query',
  })

function isOnlyHost({ username, password, pathname, search, hash }: URL): boolean {
  return username === '' && password === '' && pathname === '/' && search === '' && hash === ''
}
