// The end of a move: what came of it, in words that differ for all of it and for most of it, and what to do next.
import { retry, start } from './cozy.js'
import { cleanUp, cleaned } from './cleanup.js'
import { endConnection } from './leaving.js'
import { fill, h, whilePressed } from './dom.js'
import { go } from './main.js'
import { failure, note } from './notice.js'
import { problems } from './problems.js'
import { about, moment, size, t } from './words.js'

const MEANINGS = { 401: 'connect.expired', 409: 'check.running', 404: 'end.noAccount' }

export function showEnd(body, document, account, refresh) {
  const failed = failuresOf(document)
  const trouble = h('div')
  const onError = error => fill(trouble, failure(error, MEANINGS))
  const press = (kind, key, action) => {
    const button = h(kind, { type: 'button' }, t(key))
    button.addEventListener('click', () => whilePressed(button, () => action(button), onError))
    return button
  }
  const again = async () => {
    await retry(document._id)
    await refresh()
  }
  const newer = async () => go(`#/migration/${await start(orderOf(document))}`)
  const isWhole = document.status === 'completed' && failed === 0
  const list = problems(document)

  fill(body,
    verdict(document, failed),
    numbers(document),
    trouble,
    h('div.actions', {},
      document.status === 'completed' && failed > 0 && account && !document.source_deletion ? press('button', 'end.retry', again) : null,
      document.status !== 'completed' && account && !document.source_deletion ? press('button', 'end.goOn', again) : null,
      isWhole ? h('a.button', { href: '#/files' }, t('end.open')) : null,
      document.status === 'completed' && account && !document.source_deleted_at ? press('button.quiet', 'end.update', newer) : null),
    list.element,
    cleaned(document),
    account ? h('section.next', {},
      h('h2', {}, t('end.next')),
      h('ul', {},
        h('li', {}, h('p', {}, t('end.otherText')), h('a.button.quiet', { href: `#/choose/${account.id}` }, t('end.other'))),
        document.status === 'completed' && !document.source_deleted_at && document.source_deletion?.status !== 'running' && arrived(document) > 0
          ? h('li', {}, h('p', {}, t('clean.text', { host: document.nextcloud_url })), press('button.quiet', 'clean.button', () => cleanUp(document, account, failed, refresh)))
          : null,
        h('li', {}, h('p', {}, t('leave.text', { host: account.host })), press('button.quiet', 'leave.button', () => endConnection(account)))))
      : h('section.next', {}, h('p.hint', {}, t('leave.done', { host: document.nextcloud_url })), h('a.button.quiet', { href: '#/connect' }, t('connect.again'))))
  return { title: () => titleOf(document, failed), leave: list.stop }
}

export const failuresOf = document => document.counts?.failed ?? (document.errors?.filter(error => error.path).length ?? 0) + (document.errors_truncated_count ?? 0)

export const arrived = ({ counts, progress }) => (counts ? counts.imported + counts.identical + counts.renamed : progress.files_imported)

function titleOf(document, failed) {
  if (document.status === 'completed') return failed > 0 ? t('end.partial', { n: failed }) : t('end.complete')
  return t(document.status === 'canceled' ? 'end.canceled' : 'end.failed')
}

function verdict(document, failed) {
  const values = { n: arrived(document), failed, host: document.nextcloud_url, folder: document.target_dir.slice(1) }
  switch (document.status) {
    case 'completed': return failed > 0 ? note('warn', h('p', {}, t('end.partialText', values))) : note('good', h('p', {}, t('end.completeText', values)))
    case 'canceled': return note('info', h('p', {}, t('end.canceledText', values)))
    default: return note('bad', h('p', {}, t('end.failedText', values)), h('p.detail', {}, document.failure_reason ?? ''))
  }
}

function numbers(document) {
  const { progress, started_at: from, finished_at: to, counts } = document
  const seconds = from && to ? (Date.parse(to) - Date.parse(from)) / 1000 : 0
  const entry = (key, value) => h('div', {}, h('dt', {}, t(key)), h('dd', {}, value))
  const checked = counts ? counts.verified.length + counts.verified.checksum + counts.verified.content + counts.verified.version : 0
  return [
    h('dl.numbers', {},
      entry('end.files', t('number', { n: arrived(document) })),
      entry('end.size', size(progress.bytes_imported)),
      entry('end.took', seconds > 0 ? about(seconds) : '–')),
    h('p.hint', {},
      to ? t('end.when', { time: moment(to) }) : '',
      ' ',
      checked > 0 ? t('end.verified', { n: checked }) : ''),
  ]
}

// The same wishes again: what is there already is not moved again.
const orderOf = document => ({
  account_id: document.account_id,
  source_path: document.source_path,
  target_dir: document.target_dir,
  include: document.include ?? [],
  exclude: document.exclude ?? [],
  folders: document.folders ?? [],
})
