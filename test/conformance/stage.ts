// What a kind of destination brings to the conformance suite: a real server that can be killed, and a way to read back.
import type { Abilities } from '../../src/destinations/destination.ts'

export type Settings = Record<string, unknown>

export interface Arrived {
  /** Of the event: its id or its trace id, which are equal here. */
  id: string
  body: string
}

export interface Server {
  /**
   * Settings that reach it, each time with a place of their own: another database, topic or path. The values of secrets
   * contain SECRET, so that the suite finds them wherever they come out.
   */
  place(): Promise<Settings>
  /** All that arrived at a place since it was made, repeats included. */
  read(settings: Settings): Promise<Arrived[]>
  /** The same settings with another server's address; of use where it is networked. */
  at(settings: Settings, address: { host: string; port: number }): Settings
  /** Dies as by `kill -9`. */
  kill(): Promise<void>
  /** Comes up again at the same address, with what it had stored. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** What an instance has to have for this kind. */
  abilities?: Abilities
}

export interface Stage {
  /** What is not installed here and how to get it; null when the server can be started. */
  missing(): string | null
  start(): Promise<Server>
  /** Whether it is reached over the network. */
  networked: boolean
  /** The same settings with a wrong password or key; null where there are none. */
  wrongCredentials: ((settings: Settings) => Settings) | null
  /** There is one place, which all destinations of this kind share. */
  onePlace?: boolean
  /** Whether an event that is sent twice is there once. */
  idempotent: boolean
  /** Where the event of a connection test lies, as its answer says. */
  testedAt?: (settings: Settings) => RegExp
}
