// Which servers have died. Not by a clock, for whoever could not look has seen nobody: after the database stood still,
// everyone's last word is old, and everyone lives.

/** Looks in which nothing new was heard: half a minute, as long as an attempt takes where nothing else is set. */
const MOST_LOOKS = 6

export class Silence {
  /** By server: its last word, and how often it was found again. */
  #heard = new Map<string, { word: number; again: number }>()

  /** One look at what each of the others said last; answers those that are dead. */
  look(words: ReadonlyMap<string, number>): string[] {
    this.#heard = new Map(
      [...words].map(([id, word]) => {
        const before = this.#heard.get(id)
        return [id, { word, again: before?.word === word ? before.again + 1 : 0 }]
      }),
    )
    return [...this.#heard].filter(([, { again }]) => again >= MOST_LOOKS).map(([id]) => id)
  }
}
