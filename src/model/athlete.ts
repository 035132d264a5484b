import { z } from 'zod'
import { list, num, text, timestamp } from './fields.ts'

export const Athlete = z
  .object({
    provider_user_id: text("The account's id at the provider."),
    first_name: text('First name.'),
    last_name: text('Last name.'),
    email: text('E-mail address.'),
    age: num('Years.'),
    date_of_birth: text('YYYY-MM-DD.'),
    sex: text('As the provider spells it.'),
    gender: text('As the provider spells it.'),
    bio: text("The person's text about themselves."),
    city: text('City.'),
    state: text('State or region.'),
    country: text('Country.'),
    account_creation_date: timestamp,
    joined_provider: timestamp.describe('When the person joined the provider, under its older name.'),
    devices: list(z.object({ name: text('Name or model.'), manufacturer: text('Who made it.') }), 'Known devices.'),
  })
  .meta({ id: 'Athlete', description: 'Who the person is at the provider.' })
export type Athlete = z.infer<typeof Athlete>
