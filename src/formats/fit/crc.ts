// CRC-16 as FIT files carry it: polynomial 0x8005, reflected, beginning with 0.

const TABLE = new Uint16Array(256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  TABLE[byte] = crc
}

/** Goes on from `crc` over these bytes. */
export function crc16(bytes: Uint8Array, crc = 0): number {
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!
  return crc
}
