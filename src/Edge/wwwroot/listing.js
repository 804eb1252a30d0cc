// The rows of a folder, each with a box to choose it. A long folder is shown as far as somebody looks.
import { h } from './dom.js'
import { day, size, t } from './words.js'

const STEP = 200

export function rows(state, side, { open, onChosen, onMore }) {
  if (state.entries.length === 0) return h('p.hint', {}, t(state.isTrash ? 'files.emptyTrash' : 'files.empty'))
  let shown = 0
  const body = h('tbody')
  const button = h('button.quiet', { type: 'button', onclick: () => add() }, t('files.more'))

  const choose = (entry, box, line) => {
    state.chosen[box.checked ? 'add' : 'delete'](entry)
    line.classList.toggle('chosen', box.checked)
    onChosen()
  }

  const row = entry => {
    const box = h('input', { type: 'checkbox', checked: state.chosen.has(entry), 'aria-label': t('files.choose', { name: entry.name }), onchange: () => choose(entry, box, line) })
    const name = entry.isFolder && !state.isTrash ? h('button.link', { type: 'button', onclick: () => open(entry.path) }, entry.name) : h('span', {}, entry.name)
    const line = h('tr', { draggable: !entry.isFolder && !state.isTrash, ondragstart: event => {
      if (!box.checked) {
        box.checked = true
        choose(entry, box, line)
      }
      event.dataTransfer.setData('text/x-side', side)
    } },
      h('td', {}, box),
      h('th', { scope: 'row' }, h('img', { src: `page/${entry.isFolder ? 'folder' : 'file'}.svg`, alt: entry.isFolder ? t('files.folder') : '', width: 20, height: 20 }), name),
      h('td.amount', {}, entry.isFolder ? '' : size(entry.size)),
      h('td.amount', {}, day(entry.time)))
    return line
  }

  const add = () => {
    body.append(...state.entries.slice(shown, shown + STEP).map(row))
    shown = Math.min(shown + STEP, state.entries.length)
    if (shown === state.entries.length && state.next) button.onclick = onMore
    button.hidden = shown === state.entries.length && !state.next
  }

  add()
  return [
    h('table', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, h('span.hidden', {}, t('files.chosen'))), h('th', { scope: 'col' }, t('files.name')), h('th.amount', { scope: 'col' }, t('files.size')), h('th.amount', { scope: 'col' }, t('files.changed')))),
      body),
    button,
  ]
}
