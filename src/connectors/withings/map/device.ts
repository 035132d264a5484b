import type { DeepPartial } from '../../../model/records.ts'
import type { DeviceData } from '../../../model/device.ts'
import { isOnCalendar } from '../../../model/timestamps.ts'
import type { MapContext, Mapped } from '../../connector.ts'
import { Device } from '../payloads.ts'
import { firstZone, readList } from '../pages.ts'
import { shownAt } from '../time.ts'

const MANUFACTURER = 'Withings'

/** Devices of the account. Its id is not in the answer, but it was known when asking. */
export function mapDevice(payload: unknown, context: MapContext): Mapped[] {
  const devices = readList({ kind: 'device', list: 'devices', schema: Device }, payload, context)
  const at = (seconds: number | null | undefined, zone: string | null | undefined): string | null =>
    typeof seconds === 'number' && seconds > 0 && isOnCalendar(seconds * 1000)
      ? shownAt(seconds, firstZone(zone, context.timeZone))
      : null
  return [
    {
      type: 'athlete',
      key: { only: true },
      record: {
        ...(context.request.userid === undefined ? {} : { provider_user_id: context.request.userid }),
        devices: devices.map((device) => ({
          manufacturer: MANUFACTURER,
          name: device.model,
          activation_timestamp: at(device.first_session_date, device.timezone),
          last_upload_date: at(device.last_session_date, device.timezone),
        })),
      },
    },
  ]
}

/** The devices that took part, the first in front; what was typed in or imported has null. A model that is a number has no name. */
export function devicesOf(
  items: readonly { model?: string | number | null; deviceid?: string | null; hash_deviceid?: string | null }[],
): DeepPartial<DeviceData> | null {
  const own = items.filter((item) => item.deviceid !== null && (item.deviceid ?? item.hash_deviceid) !== null)
  if (own.length === 0) return null
  const [first = null, ...others] = [
    ...new Set(own.map((item) => (typeof item.model === 'string' ? item.model : null))),
  ]
  return {
    manufacturer: MANUFACTURER,
    name: first,
    other_devices: others.map((name) => ({ manufacturer: MANUFACTURER, name })),
  }
}
