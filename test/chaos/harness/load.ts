// Providers that push days, each until it is acknowledged, as providers do; and the ledger of what was.
import assert from 'node:assert/strict'
import { approve } from '../../sign-in.ts'
import type { Engine } from './engine.ts'
import { type Answer, DEV_ID, type Gateway } from './gateway.ts'
import type { Random } from './random.ts'
import { pause, until } from './until.ts'
import { sandboxClient } from '../../../src/simulator/clients.ts'

export interface Person {
  userId: string
  account: string
  days: number
}

/**
 * Of the days of now the simulated Garmin tells by itself, every quarter of an hour: an accepted day that is overtaken by that never
 * arrives. A long run has more days than there were since 1990.
 */
const FIRST_YEAR = 2100

/** What a provider was told that we have. */
export class Ledger {
  /** `user day steps`. */
  readonly accepted = new Set<string>()
  /** When the deletion was acknowledged, by this process' own clock. */
  readonly deleted = new Map<string, number>()
  refused = 0
  /** Of the answers to pushes, how many had each status; 0 is no answer. */
  readonly statuses = new Map<number, number>()

  owed(): string[] {
    return [...this.accepted].filter((day) => !this.deleted.has(userOf(day)))
  }
}

export const userOf = (day: string): string => day.split(' ')[0]!

/** Signed in at the simulated Garmin, whose pushes carry the data itself. */
export async function signIn(gateway: Gateway, engine: Engine, name: string): Promise<Person> {
  const { text } = await gateway.customer('POST', '/auth/authenticateUser?resource=GARMIN')
  const { auth_url: authUrl, user_id: userId } = JSON.parse(text) as { auth_url: string; user_id: string }
  await approve(authUrl.replace(/^http:\/\/[^/]+/, gateway.url), name)
  let account: string | null = null
  await until(async () => {
    const sql = `SELECT provider_user_id AS account FROM connections WHERE user_id = '${userId}'`
    account = (await engine.query<{ account: string | null }>(sql))[0]?.account ?? null
    return account !== null
  }, 'the sign-in did not end in a connection')
  return { userId, account: account!, days: 0 }
}

export class Load {
  readonly ledger: Ledger
  readonly #people: Person[]
  readonly #gateway: Gateway
  readonly #random: Random
  #hook: string | null = null
  #isOn = false
  #isOver = false
  #clients: Promise<void>[] = []
  #steps = 1000

  constructor(gateway: Gateway, people: readonly Person[], ledger: Ledger, random: Random) {
    this.#gateway = gateway
    this.#people = [...people]
    this.ledger = ledger
    this.#random = random
  }

  /** `clients` at a time, each with `pauseMs` at most between two. */
  start({ clients = 8, pauseMs = 20 } = {}): void {
    this.#isOn = true
    this.#clients = Array.from({ length: clients }, async () => {
      while (this.#isOn) {
        await this.push(this.#random.chance(0.2) ? 3 : 1)
        await pause(this.#random.between(0, pauseMs))
      }
    })
  }

  /** What was begun is repeated until it is acknowledged, unless nobody is left to acknowledge it. */
  async stop(): Promise<void> {
    this.#isOn = false
    await Promise.all(this.#clients)
  }

  /** However the test ended: nobody waits for anything any more. */
  giveUp(): void {
    this.#isOn = false
    this.#isOver = true
  }

  /** `count` days, of as many people, in one push. */
  async push(count: number): Promise<void> {
    const { body, days } = this.compose(count)
    while (!(await this.send(body))) {
      if (this.#isOver) return
      this.ledger.refused++
      await pause(this.#random.between(50, 200))
    }
    for (const day of days) this.ledger.accepted.add(day)
  }

  /** A push, and what belongs into the ledger once it is acknowledged. */
  compose(count: number): { body: string; days: string[] } {
    const made = Array.from({ length: count }, () => this.#day(this.#random.pick(this.#people)))
    return { body: JSON.stringify({ dailies: made.map(({ summary }) => summary) }), days: made.map(({ key }) => key) }
  }

  /** Whether it was acknowledged. */
  async send(body: string | Uint8Array, to = this.#gateway): Promise<boolean> {
    const status = await this.#post(body, to).then(
      (answer) => answer.status,
      () => 0,
    )
    this.ledger.statuses.set(status, (this.ledger.statuses.get(status) ?? 0) + 1)
    return status === 200
  }

  /** One push of one day, whatever comes of it; it is not repeated. */
  try(): Promise<Answer> {
    return this.#post(this.compose(1).body, this.#gateway)
  }

  async #post(body: string | Uint8Array, to: Gateway): Promise<Answer> {
    this.#hook ??= await this.#findHook()
    const headers = { 'content-type': 'application/json', 'garmin-client-id': sandboxClient(DEV_ID).id }
    return to.ask('POST', this.#hook, headers, body)
  }

  async #findHook(): Promise<string> {
    const { hook_url: hook } = await this.#gateway.admin<{ hook_url: string }>('GET', '/sources/GARMIN')
    const { pathname, search } = new URL(hook)
    return pathname + search
  }

  #day(person: Person): { summary: object; key: string } {
    const midnight = Date.UTC(FIRST_YEAR, 0, 1 + person.days++) / 1000
    const date = new Date(midnight * 1000).toISOString().slice(0, 10)
    const steps = this.#steps++
    const summary = {
      userId: person.account,
      summaryId: `chaos-${steps}`,
      calendarDate: date,
      activityType: 'WALKING',
      steps,
      durationInSeconds: 86_400,
      startTimeInSeconds: midnight,
      startTimeOffsetInSeconds: 0,
    }
    return { summary, key: `${person.userId} ${date} ${steps}` }
  }

  /** Deleted by the customer; repeated until that is acknowledged. */
  async deleteSomeone(): Promise<void> {
    if (this.#people.length < 3) return
    const [person] = this.#people.splice(Math.floor(this.#random.next() * this.#people.length), 1)
    await until(async () => {
      const { status } = await this.#gateway.customer('DELETE', `/auth/deauthenticateUser?user_id=${person!.userId}`)
      assert.ok(status !== 401)
      return status === 200 || status === 404
    }, 'a deletion was not acknowledged')
    this.ledger.deleted.set(person!.userId, performance.now())
  }
}
