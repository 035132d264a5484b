// Whose account it is, and what they wear.
import { wireTimestamp } from '../../../model/timestamps.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { DataRange, Device } from '../payloads.ts'
import { momentOf } from '../time.ts'

export function mapDataRange(payload: unknown): Mapped[] {
  const read = DataRange.safeParse(payload)
  if (!read.success) throw new UnreadablePage('dataRange', 'userId', 'expected the id of the account')
  return [{ type: 'athlete', key: { only: true }, record: { provider_user_id: read.data.userId } }]
}

export function mapDevices(payload: unknown, context: MapContext): Mapped[] {
  const devices = readDocuments({ kind: 'devices', schema: Device, lists: ['records', 'devices'] }, payload, context)
  return [
    {
      type: 'athlete',
      key: { only: true },
      record: {
        devices: devices.map((device) => ({
          manufacturer: 'Dexcom',
          name: device.displayDevice,
          hardware_version: device.transmitterGeneration,
          software_version: device.displayApp,
          last_upload_date: uploadedAt(device),
        })),
      },
    },
  ]
}

/** The server's UTC. */
function uploadedAt({ lastUploadDate }: Device): string | null {
  return typeof lastUploadDate === 'string' ? wireTimestamp(momentOf(lastUploadDate, `${lastUploadDate}`).at) : null
}
