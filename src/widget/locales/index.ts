// Every language the widget speaks, in the order in which the list shows them.
import { ar } from './ar.ts'
import { de } from './de.ts'
import { type Catalogue, en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { it } from './it.ts'
import { ja } from './ja.ts'
import { nl } from './nl.ts'
import { pl } from './pl.ts'
import { ptBR } from './pt-BR.ts'
import { sv } from './sv.ts'
import { zhHans } from './zh-Hans.ts'

export const catalogues: Readonly<Record<string, Catalogue>> = {
  en,
  de,
  es,
  fr,
  it,
  nl,
  pl,
  'pt-BR': ptBR,
  sv,
  ar,
  ja,
  'zh-Hans': zhHans,
}

export type { Catalogue, Cause } from './en.ts'
