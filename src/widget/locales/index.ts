// Every language the widget speaks, in the order in which the list shows them.
import { de } from './de.ts'
import { type Catalogue, en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'

export const catalogues: Readonly<Record<string, Catalogue>> = { en, de, es, fr }

export type { Catalogue, Cause } from './en.ts'
