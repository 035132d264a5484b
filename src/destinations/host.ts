import { z } from 'zod'

/** For destinations whose port is a setting of its own. */
export const hostSetting = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(/^([^\s:/@,?#[\]]+|\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/, {
    error: 'must be a name or an address alone, such as db.example.com, without scheme and port',
  })
  // As in a URL: what compares it with a certificate knows addresses without.
  .overwrite((host) => host.replace(/^\[|\]$/g, ''))
  .describe('Name or address of the server.')
