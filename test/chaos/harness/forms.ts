// The short form runs in CI; `npm run chaos` is the long one.
import { postgresBinaries } from '../../services/postgres.ts'

export const LONG = process.env.LOAM_CHAOS_LONG === '1'

export function rounds(short: number, long: number): number {
  return Number(process.env.LOAM_CHAOS_ROUNDS ?? (LONG ? long : short))
}

export type EngineName = 'SQLite' | 'PostgreSQL'

/** LOAM_CHAOS_ENGINE narrows them to one. */
export const ENGINES: readonly EngineName[] = (['SQLite', 'PostgreSQL'] as const).filter((name) => {
  const asked = process.env.LOAM_CHAOS_ENGINE
  return asked === undefined || asked.toLowerCase() === name.toLowerCase()
})

/** Why this cannot be tried here; false when it can. What CI can do, it must. */
export function skipOn(engine: EngineName): string | false {
  return engine === 'PostgreSQL' && postgresBinaries() === null ? 'no PostgreSQL is installed here' : false
}

/** Network namespaces, small file systems and other people's names of hosts take root, on Linux. */
export const skipWithoutRoot: string | false =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'takes root on Linux'
