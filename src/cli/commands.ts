// The table of commands: one file each.
import type { Command } from 'commander'
import { addBackfill } from './backfill-command.ts'
import { addDb } from './db-command.ts'
import { addDestinations } from './destinations-command.ts'
import { addDoctor } from './doctor-command.ts'
import { addEvents } from './events-command.ts'
import { addGenerate } from './generate-command.ts'
import { addKeys } from './keys-command.ts'
import { addListen } from './listen-command.ts'
import { addMap } from './map-command.ts'
import { addQuickstart } from './quickstart-command.ts'
import { addSources } from './sources-command.ts'
import { addStart } from './start-command.ts'
import { addUsers } from './users-command.ts'

export type AddCommand = (program: Command, exitWith: (code: number) => void) => void

export const commands: readonly AddCommand[] = [
  addStart,
  addQuickstart,
  addSources,
  addDestinations,
  addUsers,
  addKeys,
  addEvents,
  addListen,
  addGenerate,
  addBackfill,
  addMap,
  addDb,
  addDoctor,
]
