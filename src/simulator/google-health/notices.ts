// Google's notifications: which type changed in which interval, signed, many in one request.
import type { Item, NotifyOrder } from '../kit/control.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { type Watched, watch } from '../kit/watch.ts'
import { healthUserId } from '../fitbit/ids.ts'
import { dayOfInstant, daysFrom, midnight, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import { editedPoints } from './data.ts'
import { foreignKey, signingKey } from './keyset.ts'
import { type Point, pointsOfDay } from './points.ts'
import { civil, type Json, utc, wall } from './shapes.ts'
import { type Subscriber, subscribers } from './subscribers.ts'

const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 14
const MOST_IN_ONE = 99
/** Points of these are announced one by one; of the others, the day. */
const SESSIONS = ['sleep', 'exercise']
const READINGS = ['weight', 'body-fat', 'nutrition-log', 'hydration-log']
const DAYS = [
  'steps',
  'distance',
  'floors',
  'heart-rate',
  'daily-resting-heart-rate',
  'daily-heart-rate-variability',
  'daily-oxygen-saturation',
  'daily-respiratory-rate',
  'daily-sleep-temperature-derivations',
]

interface Notice {
  operation: 'UPSERT' | 'DELETE'
  dataType: string
  startAt: number
  endAt: number
  recordId?: string
}

export interface Notices {
  remember(grant: Grant): Promise<void>
  look(): Promise<number>
  notify(order: NotifyOrder): Promise<number[]>
  items(personId: string, kind: string | null): Promise<Item[]>
  withdrawn(grant: Grant): Promise<void>
}

export function createNotices(kit: Kit): Notices {
  async function pointsOf(
    personId: string,
    kinds: readonly string[],
    days: number,
  ): Promise<(Point & { kind: string })[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(personId)
    return kinds.flatMap((kind) =>
      daysFrom(plusDays(today, 1 - days), today).flatMap((day) =>
        editedPoints(pointsOfDay(who, kind, day, now), kind, edits).map((point) => ({ ...point, kind })),
      ),
    )
  }

  async function watched(grant: Grant): Promise<Watched[]> {
    const single = await pointsOf(grant.personId, [...SESSIONS, ...READINGS], DAYS_WATCHED)
    const many = Map.groupBy(await pointsOf(grant.personId, DAYS, DAYS_WATCHED), ({ kind, day }) => `${kind} ${day}`)
    return [
      ...single.map(({ kind, id, day, value }) => ({ kind, id, day, item: value })),
      ...[...many.values()].map((points) => {
        const { kind, day } = points[0]!
        return { kind, id: day, day, item: [points.length, points.at(-1)!.value] }
      }),
    ]
  }

  /** Only to the callback of the person's own application, where that is known. */
  async function subscribed(grant: Grant): Promise<Subscriber[]> {
    const callback = await kit.callbackOf(grant.clientId)
    return (await subscribers(kit)).filter(({ endpointUri }) => callback === null || callback === endpointUri)
  }

  async function announce(grant: Grant, notices: readonly Notice[], forged = false): Promise<number[]> {
    const key = forged ? foreignKey() : await signingKey(kit)
    const statuses: number[] = []
    for (const to of await subscribed(grant)) {
      const known = new Set(to.subscriberConfigs.flatMap(({ dataTypes }) => dataTypes))
      const own = notices.filter(({ dataType }) => known.has(dataType))
      for (let i = 0; i < own.length; i += MOST_IN_ONE) {
        const bodies = own.slice(i, i + MOST_IN_ONE).map((notice) => bodyOf(grant, to, notice))
        const body = JSON.stringify(bodies.length === 1 ? bodies[0] : bodies)
        const status = await kit.notifier.send({
          personId: grant.personId,
          request: () => ({
            url: to.endpointUri,
            headers: {
              'content-type': 'application/json',
              authorization: forged ? 'Bearer a guess' : to.secret,
              'google-health-api-signature': key.sign(body),
            },
            body,
          }),
          ...(forged ? { answered: async () => 'stop' as const } : {}),
        })
        statuses.push(status)
      }
    }
    return statuses
  }

  const notices = watch(kit, {
    items: watched,
    async announce(grant, changes) {
      const all = await pointsOf(grant.personId, [...SESSIONS, ...READINGS], DAYS_WATCHED)
      await announce(
        grant,
        changes.map(({ kind, id, day, what }): Notice => {
          const point = all.find((each) => each.kind === kind && each.id === id)
          const span = point ?? dayBounds(grant.personId, day ?? dayOfInstant(kit.clock.now(), 'UTC'))
          const { startAt, endAt } = span
          if (what === 'delete') return { operation: 'DELETE', dataType: kind, startAt, endAt, recordId: id }
          return { operation: 'UPSERT', dataType: kind, startAt, endAt }
        }),
      )
    },
  })

  function dayBounds(personId: string, day: string): { startAt: number; endAt: number } {
    const { timeZone } = person(personId)
    return { startAt: midnight(day, timeZone), endAt: midnight(plusDays(day, 1), timeZone) - 1000 }
  }

  return {
    ...notices,
    async items(personId, kind) {
      const kinds = kind === null ? [...SESSIONS, 'weight'] : [kind]
      return (await pointsOf(personId, kinds, DAYS_TO_CHANGE)).map((point) => ({
        kind: point.kind,
        id: point.id,
        day: point.day,
      }))
    },
    async notify({ grant, what, kind, id, forged }) {
      const dataType = kind ?? 'sleep'
      const all = await pointsOf(grant.personId, [dataType], DAYS_TO_CHANGE)
      const point = id === null ? all.at(-1) : all.find((each) => each.id === id)
      const today = dayOfInstant(kit.clock.now(), person(grant.personId).timeZone)
      const { startAt, endAt } = point ?? dayBounds(grant.personId, today)
      const recordId = id ?? point?.id
      const deleted = what === 'delete' && recordId !== undefined ? { recordId } : {}
      const operation = what === 'delete' ? 'DELETE' : 'UPSERT'
      return announce(grant, [{ operation, dataType, startAt, endAt, ...deleted }], forged)
    },
    /** All that there ever was is announced as deleted. */
    async withdrawn(grant) {
      const startAt = Date.parse('2021-05-02T00:00:00Z')
      const endAt = kit.clock.now()
      await announce(
        grant,
        ['steps', 'sleep', 'exercise'].map((dataType) => ({ operation: 'DELETE', dataType, startAt, endAt })),
      )
    },
  }
}

function bodyOf(grant: Grant, to: Subscriber, { operation, dataType, startAt, endAt, recordId }: Notice): Json {
  const { timeZone } = person(grant.personId)
  const id = healthUserId(grant.personId)
  const iso = (at: number): string => wall(at, timeZone)
  return {
    data: {
      version: '1',
      clientProvidedSubscriptionName: `projects/${to.project}/subscribers/${to.id}/subscriptions/${id}`,
      healthUserId: id,
      operation,
      dataType,
      intervals: [
        {
          physicalTimeInterval: { startTime: utc(startAt), endTime: utc(endAt) },
          civilDateTimeInterval: { startDateTime: civil(startAt, timeZone), endDateTime: civil(endAt, timeZone) },
          civilIso8601TimeInterval: { startTime: iso(startAt), endTime: iso(endAt) },
        },
      ],
      ...(recordId === undefined ? {} : { recordId }),
    },
  }
}
