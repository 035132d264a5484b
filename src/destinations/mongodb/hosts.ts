// Which servers the settings name. Only these are spoken to: what a server names itself is not followed.
import { resolveSrv as resolveSrvRecords } from 'node:dns/promises'
import { z } from 'zod'

const DEFAULT_PORT = 27_017

export interface Host {
  name: string
  port: number
}

export const hostSetting = z
  .string()
  .trim()
  .max(260)
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/@,%?#[\]]+)(:\d{1,5})?$/, {
    error: 'must be host or host:port, like db.example.com:27017',
  })

export type ResolveSrv = (name: string) => Promise<readonly { name: string; port: number }[]>

export class NoSuchCluster extends Error {}

export async function hostsOf(
  settings: { hosts: readonly string[]; srv: boolean },
  resolveSrv: ResolveSrv = resolveSrvRecords,
): Promise<Host[]> {
  const named = settings.hosts.map(hostOf)
  if (!settings.srv) return named
  return (await Promise.all(named.map(({ name }) => membersOf(name, resolveSrv)))).flat()
}

export function whereIs({ name, port }: Host): string {
  return `${name}:${port}`
}

function hostOf(text: string): Host {
  const [, name, port] = /^(.*?)(?::(\d+))?$/.exec(text)!
  return { name: name!, port: port === undefined ? DEFAULT_PORT : Number(port) }
}

/** Who answers for a name can only name hosts of the same domain. */
async function membersOf(name: string, resolveSrv: ResolveSrv): Promise<Host[]> {
  const domain = `.${name.split('.').slice(1).join('.')}`.toLowerCase()
  const found = await resolveSrv(`_mongodb._tcp.${name}`)
  const members = found.filter((member) => member.name.toLowerCase().endsWith(domain))
  if (members.length === 0 || domain === '.') throw new NoSuchCluster(name)
  return members.map((member) => ({ name: member.name, port: member.port }))
}
