// Connecting a Nextcloud: at the Nextcloud itself, with no password typed here; or with an app password.
import { beginLogin, connect, hostOf, pollLogin } from './cozy.js'
import { announce, fill, h, heading, whilePressed } from './dom.js'
import { go } from './main.js'
import { failure, note } from './notice.js'
import { t } from './words.js'

const ASK_EVERY = 2000
const MEANINGS = { 401: 'connect.refused', 422: 'connect.badAddress', 400: 'connect.badAddress', 502: 'connect.unreachableDetailed', 503: 'connect.busyDetailed' }

export function showConnect(main) {
  const over = new AbortController()
  const problem = h('div')
  const step = h('div')
  const address = h('input', { id: 'address', type: 'text', inputMode: 'url', autocomplete: 'url', autocapitalize: 'none', spellcheck: false, required: true, placeholder: 'cloud.example.org' })
  const fail = error => fill(problem, failure(error, MEANINGS))
  const connected = account => {
    announce(t('connect.done'))
    go(`#/choose/${account}`)
  }

  const askPage = () => {
    const button = h('button', { type: 'submit' }, t('connect.button'))
    const submit = event => {
      event.preventDefault()
      fill(problem)
      whilePressed(button, async () => waitFor(await beginLogin(addressOf(address.value))), fail)
    }
    fill(step, h('form', { onsubmit: submit }, h('label', { htmlFor: 'address' }, t('connect.address')), address, h('p.hint', {}, t('connect.hint')), button), byPassword(address, fail, problem, connected))
  }

  const waitFor = flow => {
    fill(step,
      note('info', h('p', {}, t('connect.openText', { host: hostOf(flow.login_url) }))),
      h('a.button', { href: flow.login_url, target: '_blank', rel: 'noopener noreferrer' }, t('connect.open', { host: hostOf(flow.login_url) })),
      h('p.waiting', { role: 'status' }, t('connect.waiting')),
      h('button.quiet', { type: 'button', onclick: again }, t('connect.other')))
    step.querySelector('a').focus()
    poll(flow.handle, new AbortController())
  }

  let polling = null
  const again = () => {
    polling?.abort()
    fill(problem)
    askPage()
    address.focus()
  }

  const poll = async (handle, mine) => {
    polling = mine
    over.signal.addEventListener('abort', () => mine.abort())
    while (!mine.signal.aborted) {
      await new Promise(resolve => setTimeout(resolve, ASK_EVERY))
      try {
        const answer = mine.signal.aborted ? null : await pollLogin(handle, mine.signal)
        if (answer?.status === 'connected') return connected(answer.account_id)
      } catch (error) {
        if (mine.signal.aborted) return
        // A network that is gone for a moment is waited for; a login that is too old is begun again.
        if (error.status === 404) {
          again()
          return fill(problem, failure(error, { 404: 'connect.tooLate' }))
        }
        if (error.status && error.status < 500) return fail(error)
      }
    }
  }

  fill(main, h('section.card', {}, heading(t('connect.title')), h('p', {}, t('connect.text')), problem, step))
  askPage()
  return () => over.abort()
}

// The way for servers without the login flow, and for people who have made a password already.
function byPassword(address, fail, problem, connected) {
  const login = h('input', { id: 'login', autocomplete: 'off', autocapitalize: 'none', spellcheck: false, required: true })
  const password = h('input', { id: 'app-password', type: 'password', autocomplete: 'off', required: true })
  const button = h('button.quiet', { type: 'submit' }, t('connect.withPassword'))
  const submit = event => {
    event.preventDefault()
    fill(problem)
    if (!address.reportValidity()) return
    whilePressed(button, async () => connected((await connect(addressOf(address.value), login.value.trim(), password.value.trim())).account_id), fail)
  }
  return h('details', {},
    h('summary', {}, t('connect.byPassword')),
    h('form', { onsubmit: submit },
      h('p.hint', {}, t('connect.passwordHint')),
      h('label', { htmlFor: 'login' }, t('connect.login')), login,
      h('label', { htmlFor: 'app-password' }, t('connect.password')), password,
      button))
}

/** What people copy from their browser, as the root of the Nextcloud. */
export function addressOf(text) {
  const typed = text.trim()
  const whole = /^https?:\/\//i.test(typed) ? typed : `https://${typed}`
  return whole.replace(/[?#].*$/, '').replace(/\/(index\.php|apps|login|remote\.php|settings|s|f)(\/.*)?$/i, '').replace(/\/+$/, '') + '/'
}
