// The door: the passphrase of the instance.
import { fill, h, heading, whilePressed } from './dom.js'
import * as session from './session.js'
import { failure } from './notice.js'
import { t } from './words.js'

export function showSignIn(main, onSignedIn) {
  const problem = h('div')
  const passphrase = h('input', { id: 'passphrase', type: 'password', autocomplete: 'current-password', required: true, 'data-first': '' })
  const button = h('button', { type: 'submit' }, t('signIn.button'))
  const submit = event => {
    event.preventDefault()
    fill(problem)
    whilePressed(button, async () => {
      await session.signIn(passphrase.value)
      onSignedIn()
    }, error => {
      fill(problem, failure(error, { 403: 'signIn.wrong', 404: 'error.noInstance' }))
      passphrase.select()
    })
  }
  fill(main, h('section.card.narrow', {},
    heading(t('signIn.title')),
    h('p', {}, t('signIn.text', { host: location.host })),
    problem,
    h('form', { onsubmit: submit },
      h('input', { type: 'text', autocomplete: 'username', value: location.hostname.split('.')[0], hidden: true, tabIndex: -1, 'aria-label': t('signIn.user') }),
      h('label', { htmlFor: 'passphrase' }, t('signIn.passphrase')),
      passphrase,
      button)))
}
