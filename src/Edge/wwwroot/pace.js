// How far a move is, and how long it takes still. A file costs its bytes, and as much again as a small one: a thousand
// little files take longer than their bytes say.
const PER_FILE = 64 * 1024
const MEMORY = 60_000
const ENOUGH = 8_000

export const here = ({ bytes_imported: bytes, bytes_in_flight: coming = 0, bytes_total: all }) => Math.min(bytes + coming, all)
const done = progress => here(progress) + progress.files_imported * PER_FILE
const all = ({ files_total: files, bytes_total: bytes }) => bytes + files * PER_FILE

export class Pace {
  #key
  #most
  #samples = []

  /** What was shown once is not taken back, by a reload neither. */
  constructor(id) {
    this.#key = `far.${id}`
    this.#most = Number(sessionStorage.getItem(this.#key) ?? 0)
  }

  /** Of 1; never less than before. */
  far(progress) {
    const share = all(progress) > 0 ? Math.min(done(progress) / all(progress), 1) : 0
    if (share > this.#most) sessionStorage.setItem(this.#key, String((this.#most = share)))
    return this.#most
  }

  /** Notes where it is now. */
  see(progress, now = Date.now()) {
    this.#samples.push({ now, done: done(progress) })
    while (this.#samples.length > 2 && now - this.#samples[0].now > MEMORY) this.#samples.shift()
  }

  /** It stood still for a reason: that says nothing of its pace. */
  forget() {
    this.#samples = []
  }

  /** Seconds, by the pace of the last minute; null while nobody can know. */
  left(progress) {
    const [first, last] = [this.#samples.at(0), this.#samples.at(-1)]
    const [time, moved] = [last?.now - first?.now, last?.done - first?.done]
    return time >= ENOUGH && moved > 0 ? ((all(progress) - done(progress)) / moved) * (time / 1000) : null
  }
}
