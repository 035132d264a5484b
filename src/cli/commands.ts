// The commands, one file each.
import type { Command } from 'commander'

/** Fills in the command: arguments, options, action. `exitWith` for codes other than 0. */
export type AddCommand = (command: Command, exitWith: (code: number) => void) => void

interface Entry {
  name: string
  summary: string
  load(): Promise<AddCommand>
}

export const commands: readonly Entry[] = [
  {
    name: 'start',
    summary: 'Run the server, or one part of it beside others on the same PostgreSQL.',
    load: async () => (await import('./start-command.ts')).addStart,
  },
  {
    name: 'quickstart',
    summary: 'Connect a person of the sandbox and print each event. Starts a server of its own when none runs.',
    load: async () => (await import('./quickstart-command.ts')).addQuickstart,
  },
  {
    name: 'listen',
    summary: 'Follow events as they happen, and forward them to a receiver on this machine.',
    load: async () => (await import('./listen-command.ts')).addListen,
  },
  {
    name: 'generate',
    summary: 'A plausible event of any data type: shown, or sent to the destinations.',
    load: async () => (await import('./generate-command.ts')).addGenerate,
  },
  {
    name: 'map',
    summary: 'Normalize one raw provider page to unified records on stdout. No database, no network.',
    load: async () => (await import('./map-command.ts')).addMap,
  },
  {
    name: 'sources',
    summary: 'Switch sources on and off, give them credentials.',
    load: async () => (await import('./sources-command.ts')).addSources,
  },
  {
    name: 'destinations',
    summary: 'Where events go: add, test, remove.',
    load: async () => (await import('./destinations-command.ts')).addDestinations,
  },
  {
    name: 'users',
    summary: 'Connections of people to sources.',
    load: async () => (await import('./users-command.ts')).addUsers,
  },
  {
    name: 'migrate',
    summary: 'Move people from an API that ended to the one that replaced it: links, comparison, the end of the old.',
    load: async () => (await import('./migrate-command.ts')).addMigrate,
  },
  {
    name: 'events',
    summary: 'What happened and was told: look at it, send it again.',
    load: async () => (await import('./events-command.ts')).addEvents,
  },
  {
    name: 'deliveries',
    summary: 'How each event fared at each destination.',
    load: async () => (await import('./deliveries-command.ts')).addDeliveries,
  },
  {
    name: 'backfill',
    summary: 'Ask the provider for history; events follow for what is new or different.',
    load: async () => (await import('./backfill-command.ts')).addBackfill,
  },
  {
    name: 'renormalize',
    summary: 'Map stored pages again after a mapping was mended; sends only what changed.',
    load: async () => (await import('./renormalize-command.ts')).addRenormalize,
  },
  {
    name: 'keys',
    summary: "An environment's dev-id, API keys and signing secrets.",
    load: async () => (await import('./keys-command.ts')).addKeys,
  },
  {
    name: 'audit',
    summary: 'Who did what, and who looked at whose data: listed, or taken away.',
    load: async () => (await import('./audit-command.ts')).addAudit,
  },
  {
    name: 'environments',
    summary: 'Worlds of their own on one server: keys, sources, destinations, users.',
    load: async () => (await import('./environments-command.ts')).addEnvironments,
  },
  {
    name: 'config',
    summary: 'The settings in force, and where each comes from.',
    load: async () => (await import('./config-command.ts')).addConfig,
  },
  {
    name: 'db',
    summary: 'The database, its schema, a copy of it.',
    load: async () => (await import('./db-command.ts')).addDb,
  },
  {
    name: 'doctor',
    summary: 'Check settings, database, clocks, callbacks and destinations, and say what to fix.',
    load: async () => (await import('./doctor-command.ts')).addDoctor,
  },
]
