// Who is signed in. The token is in memory alone; a cookie that no script can read gets the next one.
import { Refusal, send } from './wire.js'

const EARLY = 60_000
let session = null
let renewing = null

/** Told with null when the session is over. */
export const onChange = new Set()

export const current = () => session

/** Goes on with the session of an earlier load of the page; null when there is none. */
export const resume = () => renew()

export async function signIn(passphrase) {
  return keep(await (await send('session', { method: 'POST', json: { passphrase } })).json())
}

export async function signOut() {
  await send('session', { method: 'DELETE' })
  end()
}

/** A token that is good for the next minute. */
export async function token() {
  if (!session || Date.now() > session.until - EARLY) await renew()
  if (!session) throw new Refusal(401)
  return session.token
}

/** A request in the name of whoever is signed in. */
export async function ask(path, options = {}) {
  const once = async () => send(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${await token()}` } })
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof Refusal) || !error.isToken) throw error
    await renew()
    return await once()
  }
}

export const askJson = async (path, options) => (await ask(path, options)).json()

// Several requests may find out together that the token is old: one asks for all.
function renew() {
  renewing ??= next().finally(() => (renewing = null))
  return renewing
}

async function next() {
  const answer = await send('session/token', { method: 'POST' })
  if (answer.status === 200) return keep(await answer.json())
  if (session) end()
  return null
}

function keep({ token, expires_in, user, locale, server }) {
  session = { token, user, locale, server, until: Date.now() + expires_in * 1000 }
  return session
}

function end() {
  session = null
  for (const tell of onChange) tell(null)
}
