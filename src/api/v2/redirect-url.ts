// Where a browser goes at the end of a sign-in: any scheme an app may have, but none that runs or reads something.
import { z } from 'zod'

const REFUSED = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:'])

export const RedirectUrl = z
  .string()
  .max(2000)
  .transform((text, context) => {
    // What clients send for none.
    if (text === '') return null
    const url = URL.canParse(text) ? new URL(text) : null
    if (url === null || /\p{Cc}/u.test(text)) {
      context.addIssue('must be a whole URL, such as https://example.com/done or myapp://done')
      return z.NEVER
    }
    if (REFUSED.has(url.protocol)) {
      context.addIssue(`must not be a ${url.protocol} URL`)
      return z.NEVER
    }
    // As given where a Location header can hold it: apps compare what comes back.
    return /^[\u0021-\u007e]+$/.test(text) ? text : url.href
  })
  .meta({ openapi: { type: 'string', format: 'uri', maxLength: 2000 } })
