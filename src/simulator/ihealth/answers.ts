// Answers of fifty, in units that follow the locale.
import type { File, Item } from './items.ts'

export const PAGE = 50

const LISTS: Record<File, string> = {
  bp: 'BPDataList',
  weight: 'WeightDataList',
  glucose: 'BGDataList',
  spo2: 'BODataList',
  activity: 'ARDataList',
  sleep: 'SRDataList',
  sport: 'SPORTDataList',
}

interface Unit {
  name: string
  code: number
  fields: readonly string[]
  convert(value: number): number
}

const metric = (name: string): Unit => ({ name, code: 0, fields: [], convert: (value) => value })
const rounded = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals

/** The United States weigh in pounds, Britain in stones and mmol/L; `zh_CN` stands for kPa. */
function unitOf(file: File, locale: string): Unit | null {
  if (file === 'bp') {
    const kilopascals: Unit = {
      name: 'BPUnit',
      code: 1,
      fields: ['HP', 'LP'],
      convert: (value) => rounded(value / 7.50062, 1),
    }
    return locale === 'zh_CN' ? kilopascals : metric('BPUnit')
  }
  if (file === 'weight') {
    const fields = ['WeightValue']
    if (locale === 'en_US') return { name: 'WeightUnit', code: 1, fields, convert: (kg) => rounded(kg / 0.45359237, 2) }
    if (locale === 'en_GB') return { name: 'WeightUnit', code: 2, fields, convert: (kg) => rounded(kg / 6.35029318, 3) }
    return metric('WeightUnit')
  }
  if (file === 'glucose') {
    const millimoles: Unit = {
      name: 'BGUnit',
      code: 1,
      fields: ['BG'],
      convert: (value) => rounded(value / 18.0182, 1),
    }
    return locale === 'en_GB' ? millimoles : metric('BGUnit')
  }
  if (file !== 'activity') return null
  const miles: Unit = {
    name: 'DistanceUnit',
    code: 1,
    fields: ['DistanceTraveled'],
    convert: (km) => rounded(km / 1.609344, 3),
  }
  return locale === 'en_US' || locale === 'en_GB' ? miles : metric('DistanceUnit')
}

export function answerOf(file: File, items: readonly Item[], page: number, locale: string, url: string): object {
  const start = (page - 1) * PAGE
  const shown = items.slice(start, start + PAGE)
  const unit = unitOf(file, locale)
  return {
    CurrentRecordCount: shown.length,
    NextPageUrl: start + PAGE < items.length ? `${url}?page_index=${page + 1}` : '',
    PageLength: PAGE,
    PageNumber: page,
    PrevPageUrl: page > 1 ? `${url}?page_index=${page - 1}` : '',
    RecordCount: items.length,
    [LISTS[file]]: shown.map(({ fields }) => converted(fields, unit)),
    ...(unit === null ? {} : { [unit.name]: unit.code }),
  }
}

function converted(fields: Record<string, unknown>, unit: Unit | null): Record<string, unknown> {
  const copy = { ...fields }
  for (const name of unit?.fields ?? []) copy[name] = unit!.convert(copy[name] as number)
  return copy
}
