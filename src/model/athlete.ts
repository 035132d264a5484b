import { z } from 'zod'
import { DeviceData } from './device.ts'
import { list, num, text, timestamp } from './fields.ts'

export const Athlete = z
  .object({
    provider_user_id: text("The account's id at the provider."),
    first_name: text('First name.'),
    last_name: text('Last name.'),
    email: text('E-mail address.'),
    age: num('Age, in years.'),
    date_of_birth: text('Date of birth, YYYY-MM-DD.'),
    sex: text('As the provider spells it.'),
    gender: text('As the provider spells it.'),
    bio: text("The person's text about themselves."),
    city: text('City.'),
    state: text('State or region.'),
    country: text('Country.'),
    account_creation_date: timestamp.describe('When the account at the provider was made, ISO 8601.'),
    joined_provider: timestamp.describe('When the person joined the provider, from older payloads, ISO 8601.'),
    devices: list(DeviceData, 'Known devices, from older payloads.'),
  })
  .meta({ id: 'Athlete', description: 'Who the person is at the provider.' })
export type Athlete = z.infer<typeof Athlete>
