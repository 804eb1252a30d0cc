// Deleting at the Nextcloud what has arrived: only after a question that names what goes, and what stays.
import { deleteSource } from './cozy.js'
import { confirm } from './dialog.js'
import { h } from './dom.js'
import { arrived } from './ending.js'
import { note } from './notice.js'
import { knows, size, t } from './words.js'

export async function cleanUp(document, account, failed, refresh) {
  const { host } = account
  const excluded = document.counts?.excluded ?? 0
  const folders = document.folders?.length > 0 ? document.folders : [document.source_path]
  const goes = h('div', {},
    h('p', {}, t('clean.goes', { n: arrived(document), size: size(document.progress.bytes_imported), login: account.login, host })),
    h('ul.paths', {}, folders.map(folder => h('li', {}, folder === '/' ? t('clean.all') : folder))),
    h('p', {}, t('clean.stays')),
    h('ul', {},
      failed > 0 ? h('li', {}, t('clean.keepsFailed', { n: failed })) : null,
      excluded > 0 ? h('li', {}, t('clean.keepsExcluded', { n: excluded })) : null,
      h('li', {}, t('clean.keepsChanged')),
      h('li', {}, t('clean.keepsTrash'))))
  if (await confirm(t('clean.title', { host }), goes, t('clean.yes', { n: arrived(document) }), t('clean.no'), { tick: t('clean.tick', { host }), isDangerous: true })) {
    await deleteSource(document._id, failed > 0)
    await refresh()
  }
}

/** What came of a cleanup; null when none was asked for. */
export function cleaned({ source_deletion: deletion, nextcloud_url: host }) {
  if (!deletion) return null
  const { status, deleted, kept, kept_entries: entries = [], failure_reason: reason } = deletion
  const values = { n: deleted, host, kept }
  return h('section', {},
    h('h2', {}, t(`clean.${status}`)),
    note(status === 'failed' ? 'bad' : status === 'running' ? 'info' : 'good', h('p', {}, t(`clean.${status}Text`, values)), reason ? h('p.detail', {}, reason) : null),
    kept > 0 ? h('details', {},
      h('summary', {}, t('clean.kept', { n: kept })),
      h('ul.paths', {}, entries.slice(0, 100).map(entry => h('li', {}, h('span.path', {}, entry.path), h('span.detail', {}, knows(`kept.${entry.reason}`) ? t(`kept.${entry.reason}`) : entry.reason))))) : null)
}
