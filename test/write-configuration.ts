// Writes the table of docs/configuration.md from the settings: `node test/write-configuration.ts`.
import { readFileSync, writeFileSync } from 'node:fs'
import { settingsTable } from '../src/config.ts'

export const CONFIGURATION_FILE = new URL('../docs/configuration.md', import.meta.url)
const TABLE = /(<!-- settings: [^\n]*\n)[\s\S]*?(<!-- end of settings -->)/

export function withSettings(document: string): string {
  if (!TABLE.test(document)) throw new Error('docs/configuration.md has lost the marks around its table')
  return document.replace(TABLE, (_, start: string, end: string) => `${start}\n${settingsTable()}\n\n${end}`)
}

if (import.meta.main) {
  writeFileSync(CONFIGURATION_FILE, withSettings(readFileSync(CONFIGURATION_FILE, 'utf8')))
}
