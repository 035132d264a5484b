import { nameBasedUuid } from '../../model/ids.ts'
import type { DeepPartial, RecordOf } from '../../model/records.ts'
import type { Person } from '../people/person.ts'
import { device } from './device.ts'

export function athlete(who: Person, provider: string): DeepPartial<RecordOf<'athlete'>> {
  const { manufacturer, name } = device(provider, [])
  const [continent, city] = who.timeZone.split('/')
  return {
    provider_user_id: nameBasedUuid('generated', provider, who.id),
    first_name: who.name,
    age: who.age,
    sex: who.sex,
    gender: who.sex,
    email: who.email,
    city: city?.replaceAll('_', ' ') ?? continent,
    devices: [{ name, manufacturer }],
  }
}
