// What the Settings page does around a migration, with the unmodified client libraries. Arguments: uri, token, and where to migrate
// from: address, login and password. Prints a line for each thing that works.
'use strict'
const assert = require('node:assert/strict')
const { EventEmitter } = require('node:events')
const CozyStackClient = require('cozy-stack-client').default
const CozyRealtime = require('cozy-realtime').default

// Of a browser.
global.WebSocket = require('ws')

const [uri, token, url, login, password] = process.argv.slice(2)
const MIGRATIONS = 'io.cozy.nextcloud.migrations'
const TARGET = '/Nextcloud imported files'
const quiet = { info() {}, debug() {}, warn() {}, error() {} }

const stackClient = new CozyStackClient({ uri, token })
const client = Object.assign(new EventEmitter(), { isLogged: true, getStackClient: () => stackClient })
const realtime = new CozyRealtime({ client, logger: quiet })
const migrations = stackClient.collection(MIGRATIONS)
const files = stackClient.collection('io.cozy.files')

const inFlight = () =>
  migrations.find(
    { status: { $in: ['pending', 'running'] }, 'cozyMetadata.createdAt': { $gt: null } },
    { indexedFields: ['status', 'cozyMetadata.createdAt'], sort: [{ status: 'desc' }, { 'cozyMetadata.createdAt': 'desc' }], limit: 1 }
  )
const cleanable = () => migrations.find({ status: 'completed', source_deleted_at: { $exists: false } }, { indexedFields: ['status'] })
const clean = id => stackClient.fetchJSON('POST', `/remote/nextcloud/migration/${id}/delete-source`)

let id
const steps = {
  async 'a migration is started, and the banner finds it'() {
    const started = await stackClient.fetchJSON('POST', '/remote/nextcloud/migration', {
      nextcloud_url: url,
      nextcloud_login: login,
      nextcloud_app_password: password,
      target_dir: TARGET
    })
    id = started.data.id
    const { data } = await inFlight()
    assert.deepEqual(data.map(each => each._id), [id])
  },
  async 'its progress is told until it is completed, and never goes back'() {
    const seen = []
    await new Promise((resolve, reject) =>
      realtime.subscribe('UPDATED', MIGRATIONS, id, doc => {
        const { bytes_imported: bytes, bytes_total: total } = doc.progress
        seen.push(total > 0 ? Math.round((bytes / total) * 100) : 0)
        if (doc.status === 'completed') resolve()
        if (['failed', 'canceled'].includes(doc.status)) reject(new Error(JSON.stringify(doc)))
      })
    )
    assert.equal(seen.at(-1), 100)
    assert.deepEqual(seen, seen.toSorted((a, b) => a - b))
    assert.deepEqual((await inFlight()).data, [])
  },
  async 'the link to what came leads somewhere'() {
    const { data } = await files.statByPath(TARGET)
    assert.equal(data.attributes.path, TARGET)
  },
  async 'a cancel that is too late is a 409, which the page takes for success'() {
    await assert.rejects(stackClient.fetchJSON('POST', `/remote/nextcloud/migration/${id}/cancel`), { status: 409 })
  },
  async 'the source is cleaned once'() {
    assert.deepEqual((await cleanable()).data.map(each => each._id), [id])
    await clean(id)
    const cleaned = await stackClient.fetchJSON('GET', `/data/${MIGRATIONS}/${id}`)
    assert.match(cleaned.source_deleted_at, /^\d{4}-/)
    assert.deepEqual((await cleanable()).data, [])
    await assert.rejects(clean(id), { status: 409 })
  },
  async 'the hidden reset removes its document and what it brought'() {
    const { rows } = await stackClient.fetchJSON('GET', `/data/${MIGRATIONS}/_normal_docs`)
    for (const { _id, _rev } of rows) await stackClient.fetchJSON('DELETE', `/data/${MIGRATIONS}/${_id}?rev=${_rev}`)
    assert.deepEqual((await stackClient.fetchJSON('GET', `/data/${MIGRATIONS}/_normal_docs`)).rows, [])
    const { data } = await files.statByPath(TARGET)
    await files.destroy(data)
    await assert.rejects(files.statByPath(TARGET), { status: 404 })
  }
}

;(async () => {
  let passed = 0
  for (const [name, step] of Object.entries(steps)) {
    await step()
    console.log(`ok ${name}`)
    passed++
  }
  console.log(`${passed} of ${Object.keys(steps).length}`)
  process.exit(0)
})().catch(error => {
  console.error(error)
  process.exit(1)
})
