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

export function showEnd(body, first, account, refresh) {
  let list = { element: null, stop: () => {} }
  let listed = ''

  const update = document => {
    // A list that somebody reads is not taken away while only the clean-up goes on.
    const key = `${document.finished_at} ${JSON.stringify(document.counts)}`
    if (key !== listed) {
      list.stop()
      list = problems(document)
      listed = key
    }
    draw(body, document, account, list.element, refresh)
  }

  update(first)
  return { update, title: document => titleOf(document, failuresOf(document)), leave: () => list.stop() }
}

function draw(body, document, account, list, refresh) {
  const failed = failuresOf(document)
  const trouble = h('div')
  const press = (kind, key, action) => {
    const button = h(kind, { type: 'button' }, t(key))
    button.addEventListener('click', () => whilePressed(button, action, error => fill(trouble, failure(error, MEANINGS))))
    return button
  }
  const again = async () => {
    await retry(document._id)
    await refresh()
  }
  const newer = async () => go(`#/migration/${await start(orderOf(document))}`)
  const isDone = document.status === 'completed'
  const mayRetry = account && !document.source_deletion
  fill(body,
    verdict(document, failed),
    numbers(document),
    trouble,
    h('div.actions', {},
      isDone && failed > 0 && mayRetry ? press('button', 'end.retry', again) : null,
      !isDone && mayRetry ? press('button', 'end.goOn', again) : null,
      isDone && failed === 0 ? h('a.button', { href: '#/files' }, t('end.open')) : null,
      isDone && account && !document.source_deleted_at ? press('button.quiet', 'end.update', newer) : null),
    list,
    cleaned(document),
    account ? next(document, account, press, () => cleanUp(document, account, failed, refresh)) : left(document))
}

function next(document, account, press, clean) {
  const isCleanable = document.status === 'completed' && !document.source_deleted_at && document.source_deletion?.status !== 'running' && arrived(document) > 0
  const step = (text, button) => h('li', {}, h('p', {}, text), button)
  return h('section.next', {},
    h('h2', {}, t('end.next')),
    h('ul', {},
      step(t('end.otherText'), h('a.button.quiet', { href: `#/choose/${account.id}` }, t('end.other'))),
      isCleanable ? step(t('clean.text', { host: document.nextcloud_url }), press('button.quiet', 'clean.button', clean)) : null,
      step(t('leave.text', { host: account.host }), press('button.quiet', 'leave.button', () => endConnection(account)))))
}

const left = document => h('section.next', {},
  h('p.hint', {}, t('leave.done', { host: document.nextcloud_url })),
  h('a.button.quiet', { href: '#/connect' }, t('connect.again')))

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
  const foreseen = document.differences?.find(({ what }) => what === 'files')
  const entry = (key, value) => h('div', {}, h('dt', {}, t(key)), h('dd', {}, value))
  const checked = Object.entries(counts?.verified ?? {}).reduce((sum, [how, many]) => (how === 'none' ? sum : sum + many), 0)
  return [
    h('dl.numbers', {},
      entry('end.files', t('number', { n: arrived(document) })),
      entry('end.size', size(progress.bytes_imported)),
      entry('end.took', seconds > 0 ? about(seconds) : '–')),
    h('p.hint', {},
      to ? t('end.when', { time: moment(to) }) : '',
      ' ',
      checked > 0 ? t('end.verified', { n: checked }) : '',
      ' ',
      foreseen ? t('end.foreseen', { n: foreseen.predicted }) : ''),
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
