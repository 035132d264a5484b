// What Garmin posts: summaries themselves (push), where to fetch them (ping), and what changed between it and a person.
// One request names several kinds and several people. Nothing is signed.
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import { type Change, hasKey, type NotificationRequest, type Notifications, PartlyReadable } from '../connector.ts'
import { nightsListed } from './fetch.ts'
import { isObject } from './summaries.ts'

/** The kind of what Garmin may send one day. */
export const UNKNOWN_SUMMARIES = 'unknownSummaries'
const DEREGISTRATIONS = 'deregistrations'
const PERMISSIONS = 'userPermissionsChange'
/** Activity details; the other kinds stay below 10 MB. */
const MAX_BYTES = 100 * 1024 * 1024
/** Of one page: some two megabytes. */
const MOST_SAMPLES = 10_000

/** `kinds`: the kind of page that each root key brings. */
export function notificationsOf(kinds: ReadonlyMap<string, string>): Notifications {
  return {
    unsigned: true,
    verify(request, secrets) {
      const clientId = request.headers['garmin-client-id']
      return hasKey(request, secrets) && clientId !== undefined && sameText(clientId, secrets.client.id)
    },
    parse: (request) => parse(request, kinds),
    accepted: { status: 200, body: '' },
    maxBytes: MAX_BYTES,
  }
}

function parse(request: NotificationRequest, kinds: ReadonlyMap<string, string>): Change[] {
  const body = parseJson(textOf(request.body))
  if (!isObject(body)) throw new Error('expected an object with a list for each kind of summary')
  const entries = Object.entries(body)
  if (!entries.some(([root, list]) => Array.isArray(list) || isOurs(root, kinds))) {
    throw new Error('expected an object with a list for each kind of summary')
  }
  const nameless: string[] = []
  const changes = entries.flatMap(([root, list]): Change[] => {
    if (!Array.isArray(list)) {
      if (isOurs(root, kinds)) throw new Error(`${root}: expected a list`)
      // Something new beside the lists takes nothing from them.
      return []
    }
    const items = list.filter(isObject).filter(({ userId }) => typeof userId === 'string' && userId !== '')
    if (items.length < list.length) nameless.push(root)
    if (root === DEREGISTRATIONS) return items.map((item) => ({ what: 'revoked', providerUserId: userOf(item) }))
    if (root === PERMISSIONS) return permissionChanges(items)
    const kind = kinds.get(root)
    return kind === undefined ? unknownSummaries(root, items) : summaryChanges(kind, items)
  })
  if (nameless.length === 0) return changes
  const problem = new Error(`${nameless.join(', ')}: an item without a userId`)
  throw changes.length === 0 ? problem : new PartlyReadable(changes, problem)
}

/** Without a copy in between: it may be a hundred megabytes. */
function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('utf8')
}

function isOurs(root: string, kinds: ReadonlyMap<string, string>): boolean {
  return kinds.has(root) || root === DEREGISTRATIONS || root === PERMISSIONS
}

function userOf(item: Record<string, unknown>): string {
  return String(item.userId)
}

function permissionChanges(items: readonly Record<string, unknown>[]): Change[] {
  const inOrder = items.toSorted((a, b) => Number(a.changeTimeInSeconds ?? 0) - Number(b.changeTimeInSeconds ?? 0))
  return inOrder.flatMap((item): Change[] => {
    const { permissions } = item
    if (!Array.isArray(permissions)) return []
    // None at all: registered still, and nothing is sent.
    const scopes = permissions.filter((each) => typeof each === 'string')
    return [{ what: 'scopes', providerUserId: userOf(item), scopes }]
  })
}

function summaryChanges(kind: string, items: readonly Record<string, unknown>[]): Change[] {
  const pings = items.filter(isPing).map((item): Change => {
    return { what: 'changed', providerUserId: userOf(item), kind, wanted: { hint: hintOf(item) } }
  })
  const pushed = [
    ...Map.groupBy(
      items.filter((item) => !isPing(item)),
      userOf,
    ),
  ].flatMap(([providerUserId, own]): Change[] =>
    portionsOf(own).map((payload) => {
      const listed = kind === 'sleeps' ? nightsListed(payload, null) : []
      return { what: 'page', providerUserId, page: { kind, request: nameOf(payload), payload }, listed }
    }),
  )
  return [...pings, ...pushed]
}

/** Details of workouts come by the hundred megabytes; what is read at once fits into memory many times over. */
function portionsOf(items: readonly Record<string, unknown>[]): Record<string, unknown>[][] {
  const portions: Record<string, unknown>[][] = []
  let samples = 0
  for (const item of items) {
    const own = Array.isArray(item.samples) ? item.samples.length : 0
    if (portions.length === 0 || samples + own > MOST_SAMPLES) {
      portions.push([])
      samples = 0
    }
    portions.at(-1)!.push(item)
    samples += own
  }
  return portions
}

function isPing(item: Record<string, unknown>): boolean {
  return typeof item.callbackURL === 'string'
}

/** Kept as they came, for the day on which we know them. */
function unknownSummaries(root: string, items: readonly Record<string, unknown>[]): Change[] {
  return [
    ...Map.groupBy(
      items.filter((item) => !isPing(item)),
      userOf,
    ),
  ].map(([providerUserId, payload]) => ({
    what: 'page',
    providerUserId,
    page: { kind: UNKNOWN_SUMMARIES, request: { ...nameOf(payload), root }, payload: { [root]: payload } },
  }))
}

/** What tells one push from another: the same summaries again are the same page. */
function nameOf(payload: readonly Record<string, unknown>[]): Record<string, string> {
  const { summaryId, startTimeInSeconds } = payload[0]!
  return { first: String(summaryId ?? startTimeInSeconds ?? ''), summaries: String(payload.length) }
}

/** All that a ping says besides whose it is; values that are no texts or numbers say nothing. */
function hintOf(item: Record<string, unknown>): Record<string, string> {
  const hint: Record<string, string> = {}
  for (const [name, value] of Object.entries(item)) {
    if (name === 'userId' || name === 'userAccessToken') continue
    if (typeof value === 'string' || typeof value === 'number') hint[name] = String(value)
  }
  return hint
}
