// What the doctor found, and what to do when it is not well.

export interface Check {
  name: string
  /** `warn`: works, but look at it. */
  state: 'ok' | 'warn' | 'fail'
  said: string
  fix: string | null
}

export const ok = (name: string, said: string): Check => ({ name, state: 'ok', said, fix: null })
export const warn = (name: string, said: string, fix: string): Check => ({ name, state: 'warn', said, fix })
export const fail = (name: string, said: string, fix: string): Check => ({ name, state: 'fail', said, fix })
