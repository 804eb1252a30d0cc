// Which folders come. What nobody touched is as the folder around it; what somebody touched decides for all below it.

const isBelow = (path, folder) => path !== folder && (folder === '/' || path.startsWith(folder + '/'))
const parentOf = path => path.slice(0, path.lastIndexOf('/')) || '/'

export class Choice {
  #touched = new Map([['/', true]])

  /** Whether all of it comes as far as this is known: true, false, or null for some of it. */
  stateOf(path) {
    const own = this.isOn(path)
    return [...this.#touched].some(([other, on]) => isBelow(other, path) && on !== own) ? null : own
  }

  isOn(path) {
    for (let at = path; ; at = parentOf(at)) {
      if (this.#touched.has(at)) return this.#touched.get(at)
    }
  }

  /** Siblings are those that stand beside a path, so that one of a folder that was left out can come without them. */
  set(path, on, siblings) {
    for (const other of this.#touched.keys()) if (isBelow(other, path)) this.#touched.delete(other)
    const out = on && this.#touched.get('/') ? this.#leftOutAbove(path) : null
    if (out) {
      this.#touched.delete(out)
      for (let at = path; at !== out; at = parentOf(at)) {
        for (const sibling of siblings(parentOf(at))) if (sibling !== at) this.#touched.set(sibling, false)
      }
      return
    }
    this.#touched.delete(path)
    if (path === '/' || this.isOn(path) !== on) this.#touched.set(path, on)
  }

  /** As a migration is told: folders that come, none for all; and patterns of what stays. */
  get order() {
    const paths = [...this.#touched].filter(([path]) => path !== '/')
    const exclude = paths.filter(([path, on]) => !on && this.isOn(parentOf(path))).map(([path]) => pattern(path))
    const folders = this.#touched.get('/') ? [] : paths.filter(([path, on]) => on && !this.isOn(parentOf(path))).map(([path]) => path)
    return { folders, exclude }
  }

  get isEmpty() {
    return !this.#touched.get('/') && this.order.folders.length === 0
  }

  #leftOutAbove(path) {
    for (let at = parentOf(path); at !== '/'; at = parentOf(at)) if (this.#touched.get(at) === false) return at
    return null
  }
}

// As in .gitignore; what has a meaning there is written with a backslash.
const pattern = path => path.replace(/[*?\\]/g, '\\$&') + '/'
