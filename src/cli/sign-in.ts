// What a browser does when someone connects: follows each redirect, keeps cookies, and says yes on the sandbox's page.
import { CliFailure } from './failure.ts'

const MOST_REDIRECTS = 10

/** Answers the address below `until` that the person ends at. */
export async function signIn(start: string, options: { until: string; person?: string }): Promise<URL> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  for (let hops = 0; hops < MOST_REDIRECTS; hops++) {
    if (url.href.startsWith(options.until)) return url
    const location = await nextPlace(url, cookies)
    if (location === null)
      throw new CliFailure(`This sign-in asks for something to be typed: open ${start} in a browser.`)
    url = new URL(location, url)
    if (url.pathname.startsWith('/sandbox/') && url.searchParams.has('redirect_uri')) {
      url.searchParams.set('auto', 'approve')
      if (options.person !== undefined) url.searchParams.set('person', options.person)
    }
  }
  throw new CliFailure(`The sign-in went in circles at ${url.href}`)
}

/** Null: a page that waits for a person. */
async function nextPlace(url: URL, cookies: Map<string, string>): Promise<string | null> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } }).catch(() => {
    throw new CliFailure(`The sign-in stopped: ${url.origin} does not answer. Is LOAM_PUBLIC_URL right?`)
  })
  await response.arrayBuffer()
  for (const line of response.headers.getSetCookie()) {
    const pair = line.split(';')[0]!
    cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
  const location = response.headers.get('location')
  if (location === null && !response.ok) {
    throw new CliFailure(`The sign-in stopped with status ${response.status} at ${url.href}`)
  }
  return location
}
