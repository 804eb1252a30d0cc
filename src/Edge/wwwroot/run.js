// A move under way: what it does now, how far it is, how long still, and why it waits.
import { cancel, renewPassword } from './cozy.js'
import { fill, h, whilePressed } from './dom.js'
import { confirm } from './dialog.js'
import { failure, note } from './notice.js'
import { here, Pace } from './pace.js'
import { about, moment, size, t } from './words.js'

const STEPS = 1000
const SILENT = 90_000

export function showRun(body, first, account, refresh) {
  const pace = new Pace(first._id)
  const bar = h('progress', { max: STEPS, value: 0, 'aria-labelledby': 'doing' })
  const doing = h('p.doing', { id: 'doing', role: 'status' })
  const percent = h('span.percent')
  const files = h('dd')
  const bytes = h('dd')
  const left = h('dd')
  const wait = h('div')
  const problem = h('div')
  const troubles = h('p.hint')
  const stop = h('button.quiet', { type: 'button', onclick: () => askToStop() }, t('run.cancel'))
  let waited = ''
  let last = first

  const askToStop = async () => {
    if (!(await confirm(t('run.cancelTitle'), h('p', {}, t('run.cancelText')), t('run.cancelYes'), t('run.cancelNo')))) return
    whilePressed(stop, async () => {
      // Too late is as good: it has ended.
      await cancel(first._id).catch(error => { if (error.status !== 409) throw error })
      await refresh()
    }, error => fill(problem, failure(error)))
  }

  const update = document => {
    last = document
    const { progress } = document
    const far = pace.far(progress)
    if (document.waiting_for) pace.forget()
    else pace.see(progress)
    bar.value = Math.floor(far * STEPS)
    percent.textContent = t('run.percent', { n: Math.floor(far * 100) })
    setText(doing, t(phaseOf(document)))
    setText(files, t('run.of', { done: t('number', { n: progress.files_imported }), all: t('number', { n: progress.files_total }) }))
    setText(bytes, t('run.of', { done: size(here(progress)), all: size(progress.bytes_total) }))
    setText(left, remaining(document, pace))
    const failed = (document.errors?.length ?? 0) + (document.errors_truncated_count ?? 0)
    setText(troubles, failed > 0 ? t('run.troubles', { n: failed }) : '')
    stop.hidden = document.cancel_requested === true
    const key = JSON.stringify(document.waiting_for ?? null)
    if (key !== waited) fill(wait, document.waiting_for ? waiting(document, account, refresh) : null)
    waited = key
  }

  fill(body,
    doing,
    h('div.bar', {}, bar, percent),
    h('dl.numbers', {}, h('div', {}, h('dt', {}, t('run.files')), files), h('div', {}, h('dt', {}, t('run.size')), bytes), h('div', {}, h('dt', {}, t('run.left')), left)),
    wait, problem, troubles,
    h('p.hint', {}, t('run.close')),
    h('div.actions', {}, stop))
  update(first)

  // The time that is left, and a silence, are told without news as well.
  const ticking = setInterval(() => update(last), 5000)
  return { update, title: () => t('run.title', { host: first.nextcloud_url }), leave: () => clearInterval(ticking) }
}

function phaseOf(document) {
  const isSilent = document.last_heartbeat_at && Date.now() - Date.parse(document.last_heartbeat_at) > SILENT
  if (document.cancel_requested) return 'run.stopping'
  if (document.waiting_for) return document.waiting_for.reason === 'credentials' ? 'run.waitsForYou' : 'run.waits'
  if (document.status === 'pending') return 'run.pending'
  if (isSilent) return 'run.silent'
  return document.progress.files_imported > 0 || here(document.progress) > 0 ? 'run.copying' : 'run.looking'
}

function remaining(document, pace) {
  if (document.waiting_for || document.cancel_requested) return '–'
  const seconds = pace.left(document.progress)
  return seconds === null ? t('run.unknown') : t('run.about', { time: seconds < 60 ? t('run.moment') : about(seconds) })
}

function waiting({ _id: id, waiting_for: wait }, account, refresh) {
  const { reason, since, until, message, missing_bytes: missing } = wait
  const words = ['credentials', 'maintenance', 'space', 'source'].includes(reason) ? t(`wait.${reason}`, { size: size(missing ?? 0) }) : message
  return note('info',
    h('p', {}, h('strong', {}, words)),
    h('p', {}, t(reason === 'credentials' ? 'wait.untilGiven' : 'wait.until', { since: moment(since), until: moment(until) })),
    reason === 'credentials' ? newPassword(id, account, refresh) : null)
}

function newPassword(id, account, refresh) {
  const password = h('input', { id: 'new-password', type: 'password', autocomplete: 'off', required: true })
  const button = h('button', { type: 'submit' }, t('wait.give'))
  const problem = h('div')
  const submit = event => {
    event.preventDefault()
    whilePressed(button, async () => {
      await renewPassword(id, password.value.trim())
      await refresh()
    }, error => fill(problem, failure(error, { 401: 'connect.refused', 409: 'wait.otherUser', 502: 'connect.unreachableDetailed' })))
  }
  return h('form', { onsubmit: submit }, problem, h('label', { htmlFor: 'new-password' }, t('wait.password', { login: account?.login ?? '' })), password, button)
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}
