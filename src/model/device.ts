import { z } from 'zod'
import { group, list, text, timestamp } from './fields.ts'

const device = {
  manufacturer: text('Who made it.'),
  name: text('Its name or model; from aggregators, the app that the data came from.'),
  hardware_version: text('Version of the hardware.'),
  software_version: text('Version of the firmware.'),
  serial_number: text('Serial number, when the provider gives it.'),
  activation_timestamp: timestamp.describe('When it was first set up, ISO 8601.'),
  last_upload_date: timestamp.describe('When it last uploaded, ISO 8601.'),
  data_provided: list(z.string(), 'What it measures, as DeviceDataType: STEPS, HEART_RATE, SLEEP_TYPE, …'),
}

export const OtherDeviceData = group('OtherDeviceData', 'A further device of one record.', device)

export const DeviceData = group('DeviceData', 'The device that measured.', {
  ...device,
  other_devices: list(OtherDeviceData, 'Further devices that took part.'),
  sensor_state: text('State of a sensor, from older payloads.'),
})
export type DeviceData = z.infer<typeof DeviceData>
