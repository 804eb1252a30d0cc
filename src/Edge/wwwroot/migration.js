// One move, from its beginning to a week after its end: what is shown is what its document says.
import { MIGRATIONS, accounts, migration } from './cozy.js'
import { announce, entitle, fill, h, heading } from './dom.js'
import { showEnd } from './ending.js'
import { watch } from './live.js'
import { showRun } from './run.js'
import { note } from './notice.js'
import { t } from './words.js'

const ACTIVE = ['pending', 'running']

export async function showMigration(main, id) {
  const [first, known] = await Promise.all([migration(id), accounts()])
  const link = h('div', { role: 'status' })
  const body = h('div')
  const title = heading('')
  let view = null
  let shown = ''
  let rev = ''

  const show = document => {
    if (document._rev && document._rev === rev) return
    rev = document._rev
    const account = known.find(each => each.id === document.account_id) ?? null
    const kind = ACTIVE.includes(document.status) ? 'run' : 'end'
    if (kind !== shown) {
      view?.leave?.()
      view = kind === 'run' ? showRun(body, document, account, refresh) : showEnd(body, document, account, refresh)
      if (shown) announce(view.title(document))
      shown = kind
    } else {
      view.update(document)
    }
    const words = view.title(document)
    if (title.textContent !== words) {
      title.textContent = words
      if (title.isConnected) entitle(words)
    }
  }

  const read = () => migration(id)
  const refresh = async () => show(await read())
  show(first)
  fill(main, link, h('section.card', {}, title, body))
  const stop = watch(MIGRATIONS, id, read, show, isUp => fill(link, isUp ? null : note('info', h('p', {}, t('run.noLink')))))
  return () => {
    stop()
    view?.leave?.()
  }
}
