// A client of the sandbox's OURA beside the gateway: sees what the provider has.
import { sandboxClient } from '../src/simulator/clients.ts'

/** `url`: of the server whose sandbox it is. */
export function openWitness(url: string) {
  const tokens = new Map<string, string>()

  async function tokenOf(person: string): Promise<string> {
    const present = tokens.get(person)
    if (present !== undefined) return present
    const client = sandboxClient('witness')
    const redirect = 'http://127.0.0.1:1/none'
    const query = new URLSearchParams({
      client_id: client.id,
      redirect_uri: redirect,
      response_type: 'code',
      scope: 'daily workout heartrate',
      auto: 'approve',
      person,
    })
    const response = await fetch(`${url}/sandbox/oura/oauth/authorize?${query}`, { redirect: 'manual' })
    const code = new URL(response.headers.get('location')!).searchParams.get('code')!
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirect,
      client_id: client.id,
      client_secret: client.secret,
    })
    const answer = (await (await fetch(`${url}/sandbox/oura/oauth/token`, { method: 'POST', body: form })).json()) as {
      access_token: string
    }
    tokens.set(person, answer.access_token)
    return answer.access_token
  }

  async function get<Answer>(person: string, path: string): Promise<Answer> {
    const token = await tokenOf(person)
    const response = await fetch(`${url}/sandbox/oura/v2/usercollection/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return (await response.json()) as Answer
  }

  async function accountOf(person: string): Promise<string> {
    return (await get<{ id: string }>(person, 'personal_info')).id
  }

  async function workoutsOf(person: string): Promise<{ id: string; start_datetime: string }[]> {
    const start = new Date(Date.now() - 26 * 86_400_000).toISOString().slice(0, 10)
    return (await get<{ data: { id: string; start_datetime: string }[] }>(person, `workout?start_date=${start}`)).data
  }

  return { tokenOf, accountOf, workoutsOf }
}
