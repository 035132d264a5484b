// Garmin's posts: several kinds and people in one, the summaries themselves or a URL that serves them once in a day.
import { randomBytes } from 'node:crypto'
import type { HttpRequest } from '../../platform/http.ts'
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watched, watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { KINDS, summariesOfDay } from './kinds.ts'
import { accountId, lastSync, seconds, type Summary } from './summary.ts'

const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 14
const PULL_TOKEN_MS = 86_400_000

/** What a pull token stands for. */
export interface Pull {
  clientId: string
  personId: string
  kind: string
  /** Day and id of each summary. */
  summaries: [day: string, id: string][]
}

export interface Notices {
  remember(grant: Grant): Promise<void>
  look(): Promise<number>
  items(personId: string, kind: string | null): Promise<Item[]>
  notify(order: NotifyOrder): Promise<number[]>
  /** Sends summaries as the application has set up each kind: pushed, or for fetching. */
  send(grant: Grant, summaries: readonly Summary[], forged?: boolean): Promise<number[]>
  deregistered(grant: Grant): Promise<void>
  permissionsChanged(grant: Grant): Promise<void>
}

export function createNotices(kit: Kit): Notices {
  async function recent(personId: string, kinds: readonly string[], days: number): Promise<Summary[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return kinds.flatMap((kind) =>
      daysFrom(plusDays(today, 1 - days), today).flatMap((day) => summariesOfDay(who, kind, day, now, edits)),
    )
  }

  async function post(grant: Grant, body: Record<string, unknown[]>, forged = false): Promise<number[]> {
    const url = await kit.callbackOf(grant.clientId)
    if (url === null) return []
    const text = JSON.stringify(body)
    const request = (): HttpRequest => ({
      url: forged ? guessed(url) : url,
      headers: { 'content-type': 'application/json', 'garmin-client-id': grant.clientId },
      body: text,
    })
    const answered = forged ? async () => 'stop' as const : undefined
    return [
      await kit.notifier.send({ personId: grant.personId, request, ...(answered === undefined ? {} : { answered }) }),
    ]
  }

  async function ping(grant: Grant, kind: string, summaries: readonly Summary[]) {
    const token = randomBytes(12).toString('hex')
    const pull: Pull = { ...grant, kind, summaries: summaries.map(({ day, id }) => [day, id]) }
    await kit.state.put(`pull:${token}`, JSON.stringify(pull), kit.clock.now() + PULL_TOKEN_MS)
    const end = seconds(lastSync(kit.clock.now()))
    const window = { uploadStartTimeInSeconds: end - 5, uploadEndTimeInSeconds: end }
    const query = new URLSearchParams({
      ...Object.fromEntries(Object.entries(window).map(([name, value]) => [name, String(value)])),
      token,
    })
    const callbackURL = `${kit.baseUrl}/wellness-api/rest/${KINDS[kind]!.path}?${query}`
    return { userId: accountId(grant.personId), ...window, callbackURL }
  }

  async function send(grant: Grant, summaries: readonly Summary[], forged = false): Promise<number[]> {
    const body: Record<string, unknown[]> = {}
    for (const [kind, own] of Map.groupBy(summaries, (summary) => summary.kind)) {
      if (!grant.scopes.includes(KINDS[kind]!.permission)) continue
      body[kind] =
        (await kit.state.get(`mode:${kind}`)) === 'ping'
          ? [await ping(grant, kind, own)]
          : own.map((summary) => ({ userId: accountId(grant.personId), ...summary.write() }))
    }
    return Object.keys(body).length === 0 ? [] : post(grant, body, forged)
  }

  const notices = watch(kit, {
    async items(grant): Promise<Watched[]> {
      const summaries = await recent(grant.personId, Object.keys(KINDS), DAYS_WATCHED)
      const watched = Map.groupBy(summaries, (summary) => `${summary.kind} ${watchedAs(summary)}`)
      return [...watched.values()].map((own) => {
        const { kind, day } = own[0]!
        return { kind, id: watchedAs(own[0]!), day, item: own.map(({ version }) => version) }
      })
    },
    async announce(grant, changes) {
      // What a person deletes in Garmin Connect is not told to anybody.
      const names = new Set(changes.map(({ kind, id }) => `${kind} ${id}`))
      const summaries = await recent(grant.personId, [...new Set(changes.map(({ kind }) => kind))], DAYS_WATCHED)
      await send(
        grant,
        summaries.filter((summary) => names.has(`${summary.kind} ${watchedAs(summary)}`)),
      )
    },
  })

  return {
    ...notices,
    send,
    async items(personId, kind) {
      const found = await recent(personId, kind === null ? ['activities'] : [kind], DAYS_TO_CHANGE)
      return found.map(({ kind: own, id, day }) => ({ kind: own, id, day }))
    },
    async notify({ grant, kind, id, forged }) {
      const named = kind ?? 'dailies'
      const all = await recent(grant.personId, [named], DAYS_TO_CHANGE)
      const chosen = id === null ? all.at(-1) : all.find((summary) => summary.id === id)
      return chosen === undefined ? [] : send(grant, [chosen], forged)
    },
    async deregistered(grant) {
      await post(grant, { deregistrations: [{ userId: accountId(grant.personId) }] })
    },
    async permissionsChanged(grant) {
      const now = seconds(kit.clock.now())
      await post(grant, {
        userPermissionsChange: [
          {
            userId: accountId(grant.personId),
            summaryId: `x-${now.toString(16)}`,
            permissions: grant.scopes,
            changeTimeInSeconds: now,
          },
        ],
      })
    },
  }
}

/** A day has more epochs than a look tells of: they are watched by the hour. */
function watchedAs({ kind, id, startAt }: Summary): string {
  return kind === 'epochs' ? String(Math.floor(startAt / 3_600_000)) : id
}

/** Somebody who knows the application and the account, and not the address. */
function guessed(url: string): string {
  const guess = new URL(url)
  if (guess.searchParams.has('key')) guess.searchParams.set('key', 'guess')
  return guess.href
}
