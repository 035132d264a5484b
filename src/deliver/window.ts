// How many calls may be in flight, found out by trying: a little more after each success, half after each sign that the
// other side cannot keep up (AIMD, as TCP does).

/** Rounds of full use from one call to the cap. */
const ROUNDS = 16

export interface Window {
  /** Not always a whole number. */
  size: number
  cap: number
  shrunkAt: number
}

export function fullWindow(cap: number): Window {
  return { size: cap, cap, shrunkAt: Number.NEGATIVE_INFINITY }
}

export function grow(window: Window): void {
  window.size = Math.min(window.cap, window.size + Math.max(1, window.cap / ROUNDS) / window.size)
}

/** Calls that started until it last shrank were too many by the old count: they say nothing about the new one. */
export function shrink(window: Window, startedAt: number, now: number): void {
  if (startedAt <= window.shrunkAt) return
  window.size = Math.max(1, window.size / 2)
  window.shrunkAt = now
}

/** Someone who was away is not met by everything that waited at once. */
export function restart(window: Window): void {
  window.size = 1
}

export function recap(window: Window, cap: number): void {
  // One that was as wide as allowed stays so.
  window.size = window.size >= window.cap ? cap : Math.min(window.size, cap)
  window.cap = cap
}
