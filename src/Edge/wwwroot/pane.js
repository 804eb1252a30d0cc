// One side: a folder, what is in it, and what can be done with what is chosen.
import { confirm } from './dialog.js'
import { announce, fill, h, whilePressed } from './dom.js'
import { dropsOn } from './drops.js'
import { failure } from './notice.js'
import { rows } from './listing.js'
import { t } from './words.js'

const MEANINGS = { 409: 'files.taken', 413: 'files.full', 404: 'files.gone', 401: 'connect.expired' }

/** Acts is what goes on with the other side: across(entries, isCopy), once there is one. */
export function pane(store, title, acts) {
  const state = { path: '/', isTrash: false, entries: [], next: null, chosen: new Set(), place: null }
  const trouble = h('div')
  const crumbs = h('nav.crumbs', { 'aria-label': t('files.where', { title }) })
  const tools = h('div.tools', { role: 'group', 'aria-label': t('files.tools', { title }) })
  const list = h('div.listing')
  const picker = h('input', { type: 'file', multiple: true, hidden: true, 'aria-label': t('files.upload'), onchange: () => {
    upload([...picker.files])
    picker.value = ''
  } })
  const fail = error => fill(trouble, failure(error, MEANINGS))

  let opening = null
  const open = (path, isTrash = false) => (opening = load(path, isTrash))

  const load = async (path, isTrash) => {
    const mine = {}
    state.turn = mine
    fill(list, h('p.waiting', { role: 'status' }, t('page.loading')))
    try {
      const found = isTrash ? await store.trash() : await store.list(path)
      if (state.turn !== mine) return
      Object.assign(state, { path, isTrash, entries: found.entries, next: found.next, chosen: new Set(), place: { path, folder: found.folder } })
      draw()
      announce(t('files.opened', { n: state.entries.length, name: isTrash ? t('files.trash') : path }))
    } catch (error) {
      if (state.turn !== mine) return
      fill(list, h('button.quiet', { type: 'button', onclick: () => open(path, isTrash) }, t('page.again')))
      fail(error)
    }
  }

  const refresh = () => open(state.path, state.isTrash)
  const chosen = () => state.entries.filter(entry => state.chosen.has(entry))

  /** One after another; what went wrong with one is told, and the others go on. */
  const each = async (entries, act, done) => {
    await opening
    fill(trouble)
    let failed = null
    for (const [index, entry] of entries.entries()) {
      fill(trouble, h('p.waiting', { role: 'status' }, t('files.busy', { n: index + 1, all: t('number', { n: entries.length }), name: entry.name })))
      try {
        await act(entry)
      } catch (error) {
        failed = { error, entry }
      }
    }
    fill(trouble)
    if (failed) fill(trouble, h('div', {}, h('strong', {}, failed.entry.name), failure(failed.error, MEANINGS)))
    else announce(t(done, { n: entries.length }))
    await refresh()
  }

  const upload = files => files.length > 0 && each(files, file => store.upload(state.place, file), 'files.uploaded')

  const tool = (key, act, isOff = false) => {
    const button = h('button.small', { type: 'button', disabled: isOff }, t(key))
    button.addEventListener('click', () => whilePressed(button, act, fail))
    return button
  }

  const drawTools = () => {
    const [all, files] = [chosen(), chosen().filter(entry => !entry.isFolder)]
    const isNone = all.length === 0
    fill(tools, state.isTrash
      ? [tool('files.restore', () => each(all, store.restore, 'files.restored'), isNone), tool('files.destroy', () => destroy(all), isNone), tool('files.back', () => open(state.path))]
      : [
          tool('files.upload', () => picker.click()),
          tool('files.newFolder', newFolder),
          tool('files.download', () => each(files, download, 'files.downloaded'), files.length === 0),
          acts.across ? tool(acts.copyKey, () => acts.across(files, true), files.length === 0) : null,
          acts.across ? tool(acts.moveKey, () => acts.across(files, false), files.length === 0) : null,
          tool('files.remove', () => each(all, store.remove, 'files.removed'), isNone),
          tool('files.trash', () => open(state.path, true)),
        ])
  }

  const download = entry => {
    if (store.isTooLarge?.(entry)) throw new Error(t('files.tooLarge'))
    return store.download(entry)
  }

  const destroy = async entries => {
    const names = h('ul.paths', {}, entries.slice(0, 20).map(({ name }) => h('li', {}, name)))
    if (await confirm(t('files.destroyTitle', { n: entries.length }), names, t('files.destroy'), t('files.keep'), { isDangerous: true })) {
      await each(entries, store.destroy, 'files.destroyed')
    }
  }

  const newFolder = async () => {
    const name = h('input', { id: 'folder-name', required: true, autocomplete: 'off', autofocus: true })
    const asked = await confirm(t('files.newFolder'), h('div', {}, h('label', { htmlFor: 'folder-name' }, t('files.name')), name), t('files.make'), t('files.cancel'))
    if (asked && name.value.trim()) {
      await store.makeFolder(state.place, name.value.trim())
      await refresh()
    }
  }

  const drawCrumbs = () => {
    const names = state.path.split('/').filter(Boolean)
    const step = (name, path, isLast) => h('li', {}, isLast ? h('span', { 'aria-current': 'location' }, name) : h('button.link', { type: 'button', onclick: () => open(path) }, name))
    crumbs.hidden = names.length === 0 && !state.isTrash
    fill(crumbs, h('ol', {}, step(title, '/', names.length === 0 && !state.isTrash),
      state.isTrash ? step(t('files.trash'), '', true) : names.map((name, index) => step(name, '/' + names.slice(0, index + 1).join('/'), index === names.length - 1))))
  }

  const draw = () => {
    drawCrumbs()
    drawTools()
    fill(list, rows(state, store.key, { open, onChosen: drawTools, onMore: more }))
  }

  const more = async () => {
    const found = state.isTrash ? await store.trash(state.next) : await store.list(state.path, state.next)
    state.entries.push(...found.entries)
    state.next = found.next
    draw()
  }

  const element = h('section.pane', { 'aria-label': title }, h('h2', {}, title), crumbs, tools, picker, trouble, list)
  dropsOn(element, { upload, take: key => acts.take?.(key) })
  open('/')
  return { element, refresh, chosen, each, place: () => state.place, isTrash: () => state.isTrash }
}
