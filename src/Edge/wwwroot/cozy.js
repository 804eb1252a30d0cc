// What the page asks of the Cozy: accounts, migrations, connected apps. The same URLs as any app of the Cozy would use.
import { ask, askJson } from './session.js'

export const MIGRATIONS = 'io.cozy.nextcloud.migrations'
const ORDERS = 'remote/nextcloud/migration'

/** The connected Nextclouds, the newest first. */
export async function accounts() {
  const found = await find('io.cozy.accounts', { selector: { account_type: 'nextcloud' }, limit: 100 })
  return found
    .filter(doc => doc.auth?.url && doc.auth?.login)
    .map(doc => ({ id: doc._id, url: doc.auth.url, login: doc.auth.login, host: hostOf(doc.auth.url), since: doc.cozyMetadata?.createdAt ?? '' }))
    .sort((a, b) => b.since.localeCompare(a.since))
}

export async function newestMigration() {
  const query = { selector: { 'cozyMetadata.createdAt': { $gt: null } }, sort: [{ 'cozyMetadata.createdAt': 'desc' }], limit: 1 }
  return (await find(MIGRATIONS, query))[0] ?? null
}

// Of a kind that nobody has stored yet there is no list (404), as in CouchDB.
async function find(doctype, query) {
  try {
    return (await askJson(`data/${doctype}/_find`, { method: 'POST', json: query })).docs
  } catch (error) {
    if (error.status === 404) return []
    throw error
  }
}

export const migration = id => askJson(`data/${MIGRATIONS}/${id}`)

export const preflight = async (order, signal) => (await askJson(`${ORDERS}/preflight`, { method: 'POST', json: order, signal })).data.attributes

export const start = async order => (await askJson(ORDERS, { method: 'POST', json: order })).data.id

export const cancel = id => ask(`${ORDERS}/${id}/cancel`, { method: 'POST' })

export const retry = id => ask(`${ORDERS}/${id}/retry`, { method: 'POST' })

export const renewPassword = (id, password) => ask(`${ORDERS}/${id}/credentials`, { method: 'PUT', json: { nextcloud_app_password: password } })

export const deleteSource = (id, isPartial) => ask(`${ORDERS}/${id}/delete-source${isPartial ? '?acknowledge_partial=true' : ''}`, { method: 'POST' })

export const report = (id, parameters, signal) => ask(`${ORDERS}/${id}/report?${new URLSearchParams(parameters)}`, { signal })

export const connect = (url, login, password) => askJson('remote/nextcloud/accounts', {
  method: 'POST',
  json: { nextcloud_url: url, nextcloud_login: login, nextcloud_app_password: password },
})

export const beginLogin = url => askJson('remote/nextcloud/login-flows', { method: 'POST', json: { nextcloud_url: url } })

export const pollLogin = (handle, signal) => askJson('remote/nextcloud/login-flows/poll', { method: 'POST', json: { handle }, signal })

export const disconnect = (account, keep) => ask(`remote/nextcloud/accounts/${account}/revoke${keep ? '?Keep=true' : ''}`, { method: 'POST' })

export const apps = async () => (await askJson('settings/clients')).data

export const revokeApp = id => ask(`settings/clients/${id}`, { method: 'DELETE' })

export const hostOf = url => {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}
