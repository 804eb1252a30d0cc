// What a move would bring, before a single file is moved.
import { preflight, start } from './cozy.js'
import { announce, fill, h, heading, whilePressed } from './dom.js'
import { go } from './main.js'
import { failure, note } from './notice.js'
import { adviceOf, wordsOf } from './reasons.js'
import { size, t } from './words.js'

const MEANINGS = { 401: 'connect.expired', 404: 'check.gone', 409: 'check.running' }

// What is left out unless it is asked for, and how it is asked for.
const INCLUDES = { shared: 'shared', group_folder: 'group', external_storage: 'external' }

export function showCheck(main, account, order, onBack) {
  let asking = null
  const result = h('div')
  const button = h('button', { type: 'button', disabled: true }, t('check.start'))
  const problem = h('div')
  button.addEventListener('click', () => whilePressed(button, async () => go(`#/migration/${await start(order)}`), error => fill(problem, failure(error, MEANINGS))))

  const look = async () => {
    asking?.abort()
    const mine = (asking = new AbortController())
    button.disabled = true
    fill(result, h('p.waiting', { role: 'status' }, t('check.looking', { host: account.host })))
    try {
      const found = await preflight(order, mine.signal)
      fill(result, summary(found), leftOut(found, order, look))
      announce(t('check.summary', { n: found.files, size: size(found.bytes) }))
      button.disabled = false
    } catch (error) {
      if (!mine.signal.aborted) fill(result, failure(error, MEANINGS), h('button.quiet', { type: 'button', onclick: look }, t('page.again')))
    }
  }

  const target = h('input', { id: 'target', value: order.target_dir.slice(1), spellcheck: false, onchange: () => {
    order.target_dir = '/' + target.value.replace(/^\/+|\/+$/g, '')
    look()
  } })
  fill(main, h('section.card', {},
    heading(t('check.title')),
    result,
    h('details', {}, h('summary', {}, t('check.where', { folder: order.target_dir.slice(1) })), h('label', { htmlFor: 'target' }, t('check.target')), target, h('p.hint', {}, t('check.targetHint'))),
    problem,
    h('div.actions', {}, button, h('button.quiet', { type: 'button', onclick: onBack }, t('check.back')))))
  main.querySelector('h1').focus()
  look()
  return () => asking?.abort()
}

function summary(found) {
  const { names, quota } = found
  return [
    h('dl.numbers', {},
      h('div', {}, h('dt', {}, t('check.files')), h('dd', {}, t('number', { n: found.files }))),
      h('div', {}, h('dt', {}, t('check.folders')), h('dd', {}, t('number', { n: found.folders }))),
      h('div', {}, h('dt', {}, t('check.size')), h('dd', {}, size(found.bytes)))),
    found.complete ? null : note('info', h('p', {}, t('check.partial'))),
    quota.fits ? null : note('bad', h('p', {}, t('check.full', { free: size(quota.free ?? 0), needed: size(found.bytes) }))),
    quota.fits && quota.free !== null ? h('p.hint', {}, t('check.free', { free: size(quota.free) })) : null,
    names.same > 0 ? h('p.hint', {}, t('check.same', { n: names.same })) : null,
    names.taken + names.twins > 0 ? note('info', h('p', {}, t('check.taken', { n: names.taken + names.twins })), examples(names.examples)) : null,
  ]
}

function leftOut(found, order, onChange) {
  const chosen = found.left_out.filter(({ reason }) => reason !== 'not_chosen' && reason !== 'pattern')
  if (chosen.length === 0 && order.include.length === 0) return null
  const wished = (kind, label) => h('label.check', {}, h('input', { type: 'checkbox', checked: order.include.includes(kind), onchange: event => {
    order.include = event.target.checked ? [...order.include, kind] : order.include.filter(each => each !== kind)
    onChange()
  } }), label)
  return [
    chosen.length > 0 ? h('h2', {}, t('check.stays')) : null,
    h('ul.reasons', {}, chosen.map(({ reason, explanation, advice, count, bytes, examples: some }) => h('li', {},
      h('strong', {}, wordsOf(reason, explanation)),
      h('span.amount', {}, t('check.items', { n: count }), bytes > 0 ? ` · ${size(bytes)}` : ''),
      INCLUDES[reason] ? wished(INCLUDES[reason], t('check.include')) : h('p.hint', {}, adviceOf(reason, advice)),
      examples(some)))),
    order.include.length > 0 ? h('p', {}, order.include.map(kind => wished(kind, t(`check.included.${kind}`)))) : null,
  ]
}

const examples = (paths = []) => (paths.length === 0 ? null : h('p.paths', {}, paths.slice(0, 3).join(' · ')))
