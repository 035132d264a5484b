// Cookies of a request, by name. The first of several with one name counts, as browsers send the most specific first.
export function cookiesOf(request: Request): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null)
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at < 0) continue
    const name = pair.slice(0, at).trim()
    cookies[name] ??= pair.slice(at + 1).trim()
  }
  return cookies
}

/** `Set-Cookie` for a cookie that scripts cannot read. */
export function setCookie(cookie: {
  name: string
  value: string
  path: string
  maxAgeSeconds: number
  secure: boolean
}): string {
  const parts = [
    `${cookie.name}=${cookie.value}`,
    `Path=${cookie.path}`,
    `Max-Age=${cookie.maxAgeSeconds}`,
    'HttpOnly',
    'SameSite=Lax',
  ]
  return [...parts, ...(cookie.secure ? ['Secure'] : [])].join('; ')
}
