// The Cozy's drive and a connected Nextcloud side by side.
import { accounts } from './cozy.js'
import { drive } from './drive.js'
import { fill, h, heading } from './dom.js'
import { pane } from './pane.js'
import { remoteOf } from './remote.js'
import { t } from './words.js'

export async function showFiles(main, id) {
  const known = await accounts()
  const account = known.find(each => each.id === id) ?? known[0]
  const right = account ? remoteOf(account.id) : null
  const acts = { cozy: { copyKey: 'files.copyOut', moveKey: 'files.moveOut' }, cloud: { copyKey: 'files.copyIn', moveKey: 'files.moveIn' } }
  const cozy = pane(drive, t('files.cozy'), acts.cozy)
  const cloud = account ? pane(right, account.host, acts.cloud) : null
  if (cloud) {
    const across = (from, to, carry) => async (files, isCopy) => {
      const place = to.place()
      await from.each(files, file => carry(file, place, isCopy), isCopy ? 'files.copied' : 'files.moved')
      await to.refresh()
    }
    acts.cozy.across = across(cozy, cloud, right.send)
    acts.cloud.across = across(cloud, cozy, right.bring)

    // What is dragged over is copied: nothing goes away by a slip of the hand.
    acts.cozy.take = side => side === right.key && acts.cloud.across(cloud.chosen().filter(entry => !entry.isFolder), true)
    acts.cloud.take = side => side === drive.key && acts.cozy.across(cozy.chosen().filter(entry => !entry.isFolder), true)
  }
  fill(main,
    heading(t('files.title')),
    known.length > 1 ? h('p', {}, known.map(each => h('a.choice', { href: `#/files/${each.id}`, 'aria-current': each === account ? 'true' : null }, `${each.login} – ${each.host}`))) : null,
    h('div.panes', {}, cozy.element, cloud?.element ?? h('section.pane', {}, h('h2', {}, 'Nextcloud'), h('p', {}, t('files.noCloud')), h('a.button', { href: '#/connect' }, t('connect.button')))))
}
