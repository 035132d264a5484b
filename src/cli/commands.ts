// The table of commands: one file each.
import type { Command } from 'commander'
import { addAdminCommands } from './admin-commands.ts'
import { addMap } from './map-command.ts'
import { addQuickstart } from './quickstart-command.ts'
import { addStart } from './start-command.ts'

export type AddCommand = (program: Command, exitWith: (code: number) => void) => void

export const commands: readonly AddCommand[] = [addStart, addQuickstart, addMap, addAdminCommands]
