// A question that has to be answered before anything happens. The browser's own dialog keeps the focus inside.
import { h } from './dom.js'

/** True when the answer is yes. With a tick, yes can be pressed only after it. */
export function confirm(title, content, yes, no, { tick = null, isDangerous = false } = {}) {
  return new Promise(resolve => {
    const agree = h(isDangerous ? 'button.danger' : 'button', { type: 'submit', value: 'yes', disabled: tick !== null }, yes)
    const box = tick && h('label.check', {}, h('input', { type: 'checkbox', onchange: event => (agree.disabled = !event.target.checked) }), tick)
    const dialog = h('dialog', { 'aria-labelledby': 'question' },
      h('form', { method: 'dialog' }, h('h2', { id: 'question' }, title), content, box, h('div.actions', {}, agree, h('button.quiet', { type: 'submit', value: 'no', formNoValidate: true, autofocus: true }, no))))
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}
