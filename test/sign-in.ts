// Plays the browser of someone who signs in at one of the sandbox's clouds and agrees.

/** `auto=approve` and `person` are the sandbox's own: its consent page answers itself. */
export async function approve(authUrl: string, person: string): Promise<void> {
  let next = authUrl
  let cookie = ''
  for (let hops = 0; hops < 5; hops++) {
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } })
    cookie = [cookie, ...response.headers.getSetCookie().map((line) => line.split(';')[0]!)].filter(Boolean).join('; ')
    const location = response.headers.get('location')
    if (location === null || location.includes('/session/')) return
    const target = new URL(location, next)
    if (target.pathname.includes('/sandbox/')) {
      target.searchParams.set('auto', 'approve')
      target.searchParams.set('person', person)
    }
    next = target.href
  }
}
