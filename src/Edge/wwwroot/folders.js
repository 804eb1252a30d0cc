// A tree of folders with their sizes, to choose from. A list of lists: screen readers and keyboards know those.
import { announce, fill, h } from './dom.js'
import { encodePath } from './wire.js'
import { askJson } from './session.js'
import { failure } from './notice.js'
import { size, t } from './words.js'

const AT_ONCE = 3

export function folderTree(account, choice, onChange) {
  const known = new Map()
  const boxes = new Map()
  const jobs = lane(AT_ONCE)
  const over = new AbortController()

  const read = async path => {
    const { data } = await askJson(`remote/nextcloud/${account}${encodePath(path)}`, { signal: over.signal })
    const folders = data.filter(entry => entry.attributes.type === 'directory').map(entry => entry.attributes)
    folders.sort((a, b) => a.name.localeCompare(b.name))
    known.set(path, folders.map(folder => folder.path))
    return folders
  }

  const draw = () => {
    for (const [path, box] of boxes) {
      const state = choice.stateOf(path)
      box.checked = state !== false
      box.indeterminate = state === null
    }
    onChange()
  }

  const row = (path, name, isRoot) => {
    const label = h('span.name', {}, name)
    const box = h('input', { type: 'checkbox', onchange: () => {
      choice.set(path, box.checked, folder => known.get(folder) ?? [])
      draw()
    } })
    boxes.set(path, box)
    const amount = h('span.amount')
    jobs(async () => {
      const { size: bytes } = await askJson(`remote/nextcloud/${account}/size${encodePath(path)}`, { signal: over.signal })
      amount.textContent = size(bytes)
    })
    const children = h('ul', { hidden: !isRoot })
    const opener = isRoot ? null : h('button.opener', { type: 'button', 'aria-expanded': 'false', 'aria-label': t('choose.open', { name }) })
    opener?.addEventListener('click', () => toggle(path, opener, children))
    return h('li', {}, h('div.row', {}, opener, h('label', {}, box, h('img', { src: 'page/folder.svg', alt: '', width: 20, height: 20 }), label), amount), children)
  }

  const toggle = async (path, opener, children) => {
    const isOpen = opener.getAttribute('aria-expanded') === 'true'
    opener.setAttribute('aria-expanded', String(!isOpen))
    children.hidden = isOpen
    if (isOpen || known.has(path)) return
    fill(children, h('li.waiting', {}, t('page.loading')))
    await fillFolder(path, children)
  }

  const fillFolder = async (path, children) => {
    try {
      const folders = await read(path)
      fill(children, folders.map(folder => row(folder.path, folder.name, false)))
      if (folders.length === 0 && path !== '/') fill(children, h('li.hint', {}, t('choose.noFolders')))
      announce(t('choose.opened', { n: folders.length }))
      draw()
    } catch (error) {
      known.delete(path)
      if (!over.signal.aborted) fill(children, h('li', {}, failure(error), h('button.quiet', { type: 'button', onclick: () => fillFolder(path, children) }, t('page.again'))))
    }
  }

  const root = row('/', t('choose.everything'), true)
  fillFolder('/', root.querySelector('ul'))
  return { element: h('ul.tree', { 'aria-label': t('choose.tree') }, root), stop: () => over.abort() }
}

// So many at once, one after another; a size that nobody can tell stays empty.
function lane(most) {
  const waiting = []
  let running = 0
  const next = () => {
    if (running >= most || waiting.length === 0) return
    running++
    waiting.shift()().catch(() => {}).finally(() => {
      running--
      next()
    })
  }
  return job => {
    waiting.push(job)
    next()
  }
}
