// The values of FIT fields: base types, their sizes, and what each of them uses for "not there".

/** Null: the device had no value. Lists come from fields that hold several. */
export type FitValue = number | string | null | readonly (number | null)[]

interface BaseType {
  size: number
  read(view: DataView, at: number, little: boolean): number
  /** The value that says that there is none. */
  none: number
}

const unsigned8: BaseType['read'] = (view, at) => view.getUint8(at)
const unsigned16: BaseType['read'] = (view, at, little) => view.getUint16(at, little)
const unsigned32: BaseType['read'] = (view, at, little) => view.getUint32(at, little)

const NONE_64 = Number(0xffffffffffffffffn)

const BASE_TYPES = new Map<number, BaseType>([
  [0x00, { size: 1, read: unsigned8, none: 0xff }],
  [0x01, { size: 1, read: (view, at) => view.getInt8(at), none: 0x7f }],
  [0x02, { size: 1, read: unsigned8, none: 0xff }],
  [0x0a, { size: 1, read: unsigned8, none: 0 }],
  [0x0d, { size: 1, read: unsigned8, none: 0xff }],
  [0x83, { size: 2, read: (view, at, little) => view.getInt16(at, little), none: 0x7fff }],
  [0x84, { size: 2, read: unsigned16, none: 0xffff }],
  [0x8b, { size: 2, read: unsigned16, none: 0 }],
  [0x85, { size: 4, read: (view, at, little) => view.getInt32(at, little), none: 0x7fffffff }],
  [0x86, { size: 4, read: unsigned32, none: 0xffffffff }],
  [0x8c, { size: 4, read: unsigned32, none: 0 }],
  [0x88, { size: 4, read: (view, at, little) => view.getFloat32(at, little), none: Number.NaN }],
  [0x89, { size: 8, read: (view, at, little) => view.getFloat64(at, little), none: Number.NaN }],
  [
    0x8e,
    { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)), none: Number(0x7fffffffffffffffn) },
  ],
  [0x8f, { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)), none: NONE_64 }],
  [0x90, { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)), none: 0 }],
])

const TEXT = 0x07
/** Bytes that are one thing: only when every one of them is 0xff is there nothing. */
const BYTES = 0x0d

/** The value of a field; undefined when its type is not known or its size does not fit the type: it is skipped then. */
export function readValue(
  view: DataView,
  at: number,
  field: { size: number; baseType: number },
  little: boolean,
): FitValue | undefined {
  if (field.baseType === TEXT) return readText(view, at, field.size)
  const type = BASE_TYPES.get(field.baseType)
  if (type === undefined || field.size === 0 || field.size % type.size !== 0) return undefined
  const one = (i: number): number | null => {
    const value = type.read(view, at + i * type.size, little)
    if (Number.isNaN(value)) return null
    return value === type.none && field.baseType !== BYTES ? null : value
  }
  const count = field.size / type.size
  const list = Array.from({ length: count }, (_, i) => one(i))
  if (field.baseType === BYTES && list.every((value) => value === 0xff)) return null
  return count === 1 ? list[0]! : list
}

/** UTF-8 up to the first NUL. */
function readText(view: DataView, at: number, size: number): string | null {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size)
  const end = bytes.indexOf(0)
  const text = new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end))
  return text === '' ? null : text
}
