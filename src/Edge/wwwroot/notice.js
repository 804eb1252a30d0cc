// What went wrong, in words, and what to do.
import { h } from './dom.js'
import { t } from './words.js'

/** What to say of an error: a sentence of ours, and the server's own where it knows more. */
export function explain(error, meanings = {}) {
  const own = meanings[error.status]
  if (own) return { title: t(own), detail: own.endsWith('Detailed') ? error.detail : '' }
  switch (error.status) {
    case 0: return { title: t('error.offline'), detail: '' }
    case 401: return { title: t('error.signedOut'), detail: '' }
    case 429: return { title: t('error.tooMany', { n: Math.max(error.minutes, 1) }), detail: '' }
    case 502: return { title: t('error.unreachable'), detail: error.detail }
    case 503: return { title: t('error.unavailable'), detail: '' }
    case undefined: return { title: t('error.page'), detail: String(error.message ?? error) }
    default: return { title: t('error.refused'), detail: error.detail }
  }
}

/** A box that tells it; role alert is read out when it appears. */
export function failure(error, meanings) {
  const { title, detail } = explain(error, meanings)
  return h('div.notice.bad', { role: 'alert' }, h('p', {}, title), detail ? h('p.detail', {}, detail) : null)
}

export const note = (kind, ...children) => h(`div.notice.${kind}`, {}, children)
