// The apps that sync with this Cozy, and the end of their access.
import { apps, revokeApp } from './cozy.js'
import { confirm } from './dialog.js'
import { announce, fill, h, heading, whilePressed } from './dom.js'
import { failure } from './notice.js'
import { current } from './session.js'
import { day, t } from './words.js'

export async function showApps(main) {
  const trouble = h('div')
  const list = h('div')

  const draw = async () => {
    const known = await apps()
    fill(list, known.length === 0 ? h('p', {}, t('apps.none')) : h('ul.rows', {}, known.map(row)))
  }

  const row = ({ id, attributes: { client_name: name, created_at: since, last_refreshed_at: used } }) => {
    const button = h('button.quiet', { type: 'button', 'aria-label': t('apps.revokeOne', { name }) }, t('apps.revoke'))
    button.addEventListener('click', () => whilePressed(button, async () => {
      if (!(await confirm(t('apps.title1', { name }), h('p', {}, t('apps.question', { name })), t('apps.revoke'), t('apps.no')))) return
      await revokeApp(id)
      await draw()
      announce(t('apps.revoked', { name }))
    }, error => fill(trouble, failure(error))))
    return h('li', {}, h('div', {}, h('strong', {}, name), h('span.hint', {}, t('apps.since', { day: day(since) }), ' ', used ? t('apps.used', { day: day(used) }) : t('apps.never'))), button)
  }

  await draw()
  fill(main, h('section.card', {},
    heading(t('apps.title')),
    trouble,
    list,
    h('h2', {}, t('apps.add')),
    h('p', {}, t('apps.addText')),
    h('p.address', {}, current().server)))
}
