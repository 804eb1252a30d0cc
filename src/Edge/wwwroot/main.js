// Where the page begins: the language, the session, and then the page that the address names after its #.
import { entitle, fill, h } from './dom.js'
import * as session from './session.js'
import { choose, t } from './words.js'
import { failure } from './notice.js'
import { showSignIn } from './signin.js'
import { whereItStands } from './home.js'
import { showConnect } from './connect.js'
import { showChoose } from './choose.js'
import { showMigration } from './migration.js'
import { showFiles } from './files.js'
import { showApps } from './apps.js'

const PAGES = { '': whereItStands, connect: showConnect, choose: showChoose, migration: showMigration, files: showFiles, apps: showApps }
const MENU = [['', 'menu.move'], ['files', 'menu.files'], ['apps', 'menu.apps']]
const main = h('main', { id: 'main' })
const menu = h('nav')
const out = h('button.link', { type: 'button', hidden: true, onclick: () => session.signOut().catch(error => fill(main, failure(error))) })
let leave = null
let turn = 0

/** Goes to another page, or shows this one anew. */
export function go(hash) {
  if (location.hash === hash) route()
  else location.hash = hash
}

async function route() {
  const mine = ++turn
  leave?.()
  leave = null
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/')

  // Each page has a place of its own: one that comes too late writes where nobody looks.
  const place = h('div', {}, h('p.waiting', { role: 'status' }, t('page.loading')))
  fill(main, place)
  if (!session.current()) {
    fill(menu)
    out.hidden = true
    showSignIn(place, route)
    shown()
    return
  }
  showMenu(name)
  try {
    const done = await (PAGES[name] ?? whereItStands)(place, ...rest)
    if (mine !== turn) {
      if (typeof done === 'function') done()
    } else if (typeof done === 'string') {
      // Another page is the right one; nobody went through this one.
      history.replaceState(null, '', done)
      return await route()
    } else {
      leave = done ?? null
    }
  } catch (error) {
    if (mine === turn && session.current()) fill(place, failure(error), h('button', { type: 'button', onclick: route }, t('page.again')))
  }
  if (mine === turn) shown()
}

function shown() {
  const title = main.querySelector('h1')
  entitle(title?.textContent)
  const first = main.querySelector('[data-first]') ?? title
  first?.focus({ preventScroll: true })
  scrollTo(0, 0)
}

function showMenu(name) {
  const isCurrent = key => key === name || (key === '' && !MENU.some(([other]) => other === name))
  fill(menu, MENU.map(([key, words]) => h('a', { href: `#/${key}`, 'aria-current': isCurrent(key) ? 'page' : null }, t(words))))
  out.hidden = false
}

async function begin() {
  await choose()
  menu.setAttribute('aria-label', t('menu.label'))
  fill(out, t('menu.signOut'))
  fill(
    document.body,
    h('a.skip', { href: '#main', onclick: event => { event.preventDefault(); main.querySelector('h1')?.focus() } }, t('page.skip')),
    h('header', {}, h('a.brand', { href: '#/' }, h('img', { src: 'page/logo.svg', alt: '', width: 32, height: 32 }), h('span', {}, 'Cozy')), menu, out),
    main,
    h('div.hidden', { 'data-announce': '', role: 'status' }),
  )
  session.onChange.add(route)
  addEventListener('hashchange', route)
  try {
    await session.resume()
    await route()
  } catch (error) {
    const unknown = error.status === 404
    fill(main, failure(error, { 404: 'error.noInstance' }), unknown ? null : h('button', { type: 'button', onclick: () => location.reload() }, t('page.again')))
  }
}

begin()
