import { z } from 'zod'
import { list, num, text, timestamp } from './fields.ts'

const device = {
  manufacturer: text('Who made it.'),
  name: text('Its name or model.'),
  hardware_version: text('Version of the hardware.'),
  software_version: text('Version of the firmware.'),
  serial_number: text('Serial number, when the provider gives it.'),
  activation_timestamp: timestamp.describe('When it was first set up.'),
  last_upload_date: timestamp.describe('When it last uploaded.'),
  data_provided: list(z.string(), 'What it measures: STEPS, HEART_RATE, SLEEP_TYPE, …'),
}

export const OtherDevice = z.object(device).meta({ id: 'OtherDevice', description: 'A further device of one record.' })

export const DeviceData = z
  .object({
    ...device,
    other_devices: list(OtherDevice, 'Further devices that took part.'),
    sensor_state: num('State code of a sensor, from older payloads.'),
  })
  .meta({ id: 'DeviceData', description: 'The device that measured.' })
