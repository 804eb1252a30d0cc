// Elements. What is put into them is text, never markup.

/** h('button.quiet', { onclick }, 'Cancel'): an element with its classes, properties, and children; null and false are left out. */
export function h(spec, properties = {}, ...children) {
  const [tag, ...classes] = spec.split('.')
  const element = document.createElement(tag)
  element.classList.add(...classes)
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name in element && !name.startsWith('aria') && name !== 'role' && name !== 'list') element[name] = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  fill(element, ...children)
  return element
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false))
  return element
}

/** Says something to whoever does not see it. */
export function announce(text) {
  const region = document.querySelector('[data-announce]')
  if (region && region.textContent !== text) region.textContent = text
}

/** The name of the window, as its tab shows it. */
export const entitle = text => (document.title = text ? `${text} – Cozy` : 'Cozy')

/** The heading of a page; it takes the focus, so that who does not see the change is told of it. */
export const heading = text => h('h1', { tabIndex: -1 }, text)

/** Runs something for a button, which is not pressed twice meanwhile; what goes wrong is given to onError. */
export async function whilePressed(button, action, onError) {
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  button.classList.add('busy')
  try {
    await action()
  } catch (error) {
    onError(error)
  } finally {
    button.removeAttribute('aria-disabled')
    button.classList.remove('busy')
  }
}

/** Saves bytes as a file of the user's. */
export function save(blob, name) {
  const address = URL.createObjectURL(blob)
  h('a', { href: address, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
