// Watches the edge with the unmodified cozy-realtime, as a web app does. Arguments: uri, two tokens, and where to migrate from:
// address, login and password. Prints a line for each thing that works; at "restart" it waits for a line on its input.
'use strict'
const assert = require('node:assert/strict')
const { once, EventEmitter } = require('node:events')
const CozyStackClient = require('cozy-stack-client').default
const CozyRealtime = require('cozy-realtime').default

// Of a browser.
global.WebSocket = require('ws')

const [uri, token, newerToken, url, login, password] = process.argv.slice(2)
const TODOS = 'io.cozy.todos'
const FILES = 'io.cozy.files'
const MIGRATIONS = 'io.cozy.nextcloud.migrations'
const quiet = { info() {}, debug() {}, warn() {}, error() {} }

// What cozy-realtime uses of a cozy-client.
const stackClient = new CozyStackClient({ uri, token })
const client = Object.assign(new EventEmitter(), { isLogged: true, getStackClient: () => stackClient })
const realtime = new CozyRealtime({ client, logger: quiet })
const files = stackClient.collection(FILES)

// Keeps what a handler gets, for who asks for it.
const heard = () => {
  const documents = []
  const waiting = new EventEmitter()
  const handler = document => {
    documents.push(document)
    waiting.emit('more')
  }
  const next = async wanted => {
    for (;;) {
      const at = documents.findIndex(wanted)
      if (at >= 0) return documents.splice(0, at + 1)[at]
      await once(waiting, 'more')
    }
  }
  return { documents, handler, next }
}

// Returns when the server has taken every subscription before: what is said about a document comes back.
let fences = 0
const settle = async doctype => {
  const [id, fence] = [`fence-${fences++}`, heard()]
  await realtime.subscribe('NOTIFIED', doctype, id, fence.handler)
  const said = setInterval(() => realtime.sendNotification(doctype, id, {}).catch(() => {}), 50)
  await fence.next(() => true)
  clearInterval(said)
  realtime.unsubscribe('NOTIFIED', doctype, id, fence.handler)
}

const put = (id, document) => stackClient.fetchJSON('PUT', `/data/${TODOS}/${id}`, document)

const steps = {
  async 'files are watched by their type'() {
    const [created, updated] = [heard(), heard()]
    await realtime.subscribe('CREATED', FILES, created.handler)
    await realtime.subscribe('UPDATED', FILES, updated.handler)
    await settle(TODOS)
    const folder = (await files.createDirectoryByPath('/Watched')).data
    const told = await created.next(document => document._id === folder._id)
    assert.deepEqual([told._type, told.type, told.path, told.dir_id], [FILES, 'directory', '/Watched', 'io.cozy.files.root-dir'])
    const file = (await files.createFile('hello', { name: 'a.txt', dirId: folder._id, contentType: 'text/plain' })).data
    assert.equal((await created.next(document => document._id === file._id)).size, '5')
    await files.updateAttributes(file._id, { name: 'b.txt' })
    assert.equal((await updated.next(document => document._id === file._id)).name, 'b.txt')
    await files.destroy({ _id: file._id, _rev: undefined })
    assert.equal((await updated.next(document => document.trashed)).name, 'b.txt')
  },
  async 'a document is watched by its id alone'() {
    const [created, deleted] = [heard(), heard()]
    await realtime.subscribe('CREATED', TODOS, 'one', created.handler)
    await realtime.subscribe('DELETED', TODOS, 'one', deleted.handler)
    await settle(TODOS)
    await put('two', { n: 2 })
    const one = await put('one', { n: 1 })
    assert.equal((await created.next(() => true)).n, 1)
    await stackClient.fetchJSON('DELETE', `/data/${TODOS}/one?rev=${one.rev}`)
    assert.equal((await deleted.next(() => true))._deleted, true)
    assert.equal(created.documents.length, 0)
  },
  async 'after unsubscribing nothing is heard'() {
    const [ended, going] = [heard(), heard()]
    await realtime.subscribe('CREATED', TODOS, ended.handler)
    await realtime.subscribe('CREATED', TODOS, 'four', going.handler)
    await settle(TODOS)
    realtime.unsubscribe('CREATED', TODOS, ended.handler)
    await settle(TODOS)
    await put('three', {})
    await put('four', {})
    await going.next(document => document._id === 'four')
    assert.equal(ended.documents.length, 0)
  },
  async 'a newer token makes a new socket, and it hears the same'() {
    const created = heard()
    await realtime.subscribe('CREATED', TODOS, created.handler)
    const before = realtime.websocket
    stackClient.setToken(newerToken)
    client.emit('tokenRefreshed')
    await settle(TODOS)
    assert.notEqual(realtime.websocket, before)
    await put('five', { n: 5 })
    assert.equal((await created.next(document => document._id === 'five')).n, 5)
  },
  async 'a migration is watched from its beginning to its end'() {
    const [created, byType, byId] = [heard(), heard(), heard()]
    await realtime.subscribe('CREATED', MIGRATIONS, created.handler)
    await realtime.subscribe('UPDATED', MIGRATIONS, byType.handler)
    await settle(MIGRATIONS)
    const { data } = await stackClient.fetchJSON('POST', '/remote/nextcloud/migration', {
      nextcloud_url: url,
      nextcloud_login: login,
      nextcloud_app_password: password,
      target_dir: '/Moved'
    })
    migration = data.id
    assert.equal((await created.next(() => true))._id, migration)
    await realtime.subscribe('UPDATED', MIGRATIONS, migration, byId.handler)
    for (const { next } of [byType, byId]) {
      const end = await next(document => !['pending', 'running'].includes(document.status))
      assert.equal(end.status, 'completed')
      assert.equal(end.progress.files_imported, end.progress.files_total)
    }
  },
  async 'after a restart it comes again, and is told how the migration has ended'() {
    const [again, created] = [heard(), heard()]
    await realtime.subscribe('UPDATED', MIGRATIONS, migration, again.handler)
    await realtime.subscribe('CREATED', TODOS, created.handler)
    await settle(MIGRATIONS)
    again.documents.length = 0
    console.log('restart')
    await once(process.stdin, 'data')
    assert.equal((await again.next(document => document._id === migration)).status, 'completed')
    await settle(TODOS)
    await put('six', { n: 6 })
    assert.equal((await created.next(document => document._id === 'six')).n, 6)
  }
}

let migration

const run = async () => {
  for (const [name, step] of Object.entries(steps)) {
    await step()
    console.log(`ok ${name}`)
  }
  console.log(`${Object.keys(steps).length} of ${Object.keys(steps).length}`)
  realtime.stop()
  process.stdin.destroy()
}

run().catch(error => {
  console.error(error)
  process.exit(1)
})
