// Who is registered with which application, under which name, and whether the mandatory consents stand.
import { createHash } from 'node:crypto'
import type { Kit } from '../kit/kit.ts'
import { weightOn } from '../people/day.ts'
import { dayOfInstant } from '../people/days.ts'
import { person } from '../people/person.ts'

export interface Member {
  clientId: string
  personId: string
  memberId: string
  registeredAt: number
}

/** Beyond 2^31 for some. */
export function accountId(personId: string): number {
  return 1_000_000 + (numberOf('polar account', personId) % 3_500_000_000)
}

export function polarUser(kit: Kit, personId: string): string {
  return `${kit.baseUrl}/v3/users/${accountId(personId)}`
}

export async function memberOf(kit: Kit, clientId: string, personId: string): Promise<Member | null> {
  const stored = await kit.state.get(`member:${clientId}:${personId}`)
  return stored === null ? null : (JSON.parse(stored) as Member)
}

/** Null: registered already, or the name is somebody else's. */
export async function register(kit: Kit, clientId: string, personId: string, memberId: string): Promise<Member | null> {
  const all = (await kit.state.list(`member:${clientId}:`)).map((row) => JSON.parse(row.value) as Member)
  if (all.some((each) => each.personId === personId || each.memberId === memberId)) return null
  const member: Member = { clientId, personId, memberId, registeredAt: kit.clock.now() }
  await kit.state.put(`member:${clientId}:${personId}`, JSON.stringify(member))
  return member
}

export async function forget(kit: Kit, clientId: string, personId: string): Promise<void> {
  await kit.state.delete(`member:${clientId}:${personId}`)
}

export async function hasConsented(kit: Kit, personId: string): Promise<boolean> {
  return (await kit.state.get(`no_consent:${personId}`)) === null
}

export async function setConsent(kit: Kit, personId: string, given: boolean): Promise<void> {
  if (given) await kit.state.delete(`no_consent:${personId}`)
  else await kit.state.put(`no_consent:${personId}`, '1')
}

export function shownMember(kit: Kit, member: Member): Record<string, unknown> {
  const who = person(member.personId)
  return {
    'polar-user-id': accountId(who.id),
    'member-id': member.memberId,
    'registration-date': new Date(member.registeredAt).toISOString(),
    'first-name': who.name,
    'last-name': 'Example',
    birthdate: `${2026 - who.age}-02-17`,
    gender: who.sex === 'female' ? 'FEMALE' : 'MALE',
    weight: weightOn(who, dayOfInstant(kit.clock.now(), who.timeZone)),
    height: Math.round(who.heightM * 100),
    'extra-info': [],
  }
}

export function numberOf(...parts: readonly (string | number)[]): number {
  return Number.parseInt(createHash('sha256').update(parts.join('\u0001')).digest('hex').slice(0, 12), 16)
}
