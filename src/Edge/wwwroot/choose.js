// Two steps before a move begins: which folders, and then what would come of it.
import { accounts } from './cozy.js'
import { Choice } from './choice.js'
import { showCheck } from './check.js'
import { fill, h, heading } from './dom.js'
import { folderTree } from './folders.js'
import { t } from './words.js'

const MOST_PATTERNS = 100

export async function showChoose(main, id) {
  const known = await accounts()
  const account = known.find(each => each.id === id) ?? known[0]
  if (!account) return '#/connect'

  const choice = new Choice()
  const hint = h('p.hint', { role: 'status' })
  const next = h('button', { type: 'button' }, t('choose.next'))
  const tree = folderTree(account.id, choice, () => {
    const { exclude } = choice.order
    const problem = choice.isEmpty ? 'choose.nothing' : exclude.length > MOST_PATTERNS ? 'choose.tooMany' : null
    hint.textContent = problem ? t(problem) : ''
    next.disabled = problem !== null
  })
  let leaveCheck = null

  const showTree = () => {
    leaveCheck?.()
    fill(main, h('section.card', {},
      heading(t('choose.title')),
      h('p', {}, t('choose.text', { login: account.login, host: account.host }), ' ', h('a', { href: '#/connect' }, t('choose.otherAccount'))),
      tree.element,
      hint,
      h('div.actions', {}, next)))
    main.querySelector('h1').focus()
  }

  next.addEventListener('click', () => {
    leaveCheck = showCheck(main, account, { account_id: account.id, target_dir: '/Nextcloud', include: [], ...choice.order }, showTree)
  })
  showTree()
  return () => {
    tree.stop()
    leaveCheck?.()
  }
}
