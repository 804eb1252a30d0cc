// The end of a connection: the app password is given back at the Nextcloud, and opens nothing any more.
import { disconnect } from './cozy.js'
import { confirm } from './dialog.js'
import { announce, h } from './dom.js'
import { go } from './main.js'
import { t } from './words.js'

export async function endConnection(account) {
  const { host, login } = account
  if (!(await confirm(t('leave.title', { host }), h('p', {}, t('leave.question', { login, host })), t('leave.yes'), t('leave.no')))) return
  try {
    await disconnect(account.id, false)
  } catch (error) {
    // It is the user's own password, or the Nextcloud is gone: then it can be forgotten here at least.
    const isOwn = error.status === 409
    if (!isOwn && error.status !== 502 && error.status !== 503) throw error
    const question = h('p', {}, t(isOwn ? 'leave.ownPassword' : 'leave.unreachable', { host }))
    if (!(await confirm(t('leave.title', { host }), question, t('leave.forget'), t('leave.no')))) return
    await disconnect(account.id, true)
  }
  announce(t('leave.done', { host }))
  go(location.hash)
}
