// Calls the edge with the unmodified cozy-stack-client. Arguments: uri, token, id of a Nextcloud account.
// Prints a line for each thing that works; the first that does not ends it with the error.
'use strict'
const assert = require('node:assert/strict')
const CozyStackClient = require('cozy-stack-client').default

const [uri, token, account] = process.argv.slice(2)
const client = new CozyStackClient({ uri, token })
const files = client.collection('io.cozy.files')
const nextcloud = client.collection('io.cozy.remote.nextcloud.files')
const nasty = "100% & +#?é (1)'.txt"
const root = { path: '/', _id: 'io.cozy.files.root-dir' }

const list = async (parentPath, trashed) =>
  (await nextcloud.find({ 'cozyMetadata.sourceAccount': account, parentPath, trashed })).data
const named = async (parentPath, name, trashed) => {
  const found = (await list(parentPath, trashed)).find(file => file.name === name)
  assert.ok(found, `${name} is not in ${parentPath}`)
  return found
}

// The library reads the body of an error twice, and does not wait for the second time: that promise is its own, and fails.
process.on('unhandledRejection', error => {
  if (!/Body is unusable/.test(error.message)) throw error
})

const steps = {
  async 'a missing path is told as the client expects'() {
    await assert.rejects(files.statByPath('/nowhere'), error => JSON.parse(error.message).errors[0].status === '404')
  },
  async 'directories are made along a path, and found again'() {
    const made = await files.createDirectoryByPath('/From the client/100% odd')
    const again = await files.createDirectoryByPath('/From the client/100% odd')
    assert.equal(made.data._id, again.data._id)
    assert.equal((await files.statByPath('/From the client/100% odd')).data._id, made.data._id)
  },
  async 'a file is created with its dates, read back and listed'() {
    const folder = (await files.statByPath('/From the client')).data
    const date = '2019-01-01T00:00:00.000Z'
    const made = await files.createFile('hello', { name: nasty, dirId: folder._id, lastModifiedDate: date, contentType: 'text/plain' })
    assert.equal(made.data.attributes.name, nasty)
    assert.equal(made.data.attributes.size, '5')
    assert.equal(new Date(made.data.attributes.updated_at).toISOString(), date)
    assert.match(made.data._rev, /^1-/)
    assert.equal(await (await files.fetchFileContentById(made.data._id)).text(), 'hello')
    const stat = await files.statById(folder._id)
    assert.deepEqual(stat.included.map(entry => entry.attributes.name), ['100% odd', nasty])
  },
  async 'a taken name is 409'() {
    const folder = (await files.statByPath('/From the client')).data
    await assert.rejects(files.createFile('other', { name: nasty, dirId: folder._id }), error => error.status === 409)
  },
  async 'an account comes back without its password'() {
    const found = await client.collection('io.cozy.accounts').get(account)
    assert.equal(found.data.account_type, 'nextcloud')
    assert.equal(found.data.auth.password, undefined)
  },
  async 'a file goes up to the Nextcloud, and the original to the trash'() {
    const file = (await files.statByPath(`/From the client/${nasty}`)).data
    await nextcloud.moveFromCozy({ path: '/', cozyMetadata: { sourceAccount: account } }, { _id: file._id, name: nasty })
    assert.equal((await named('/', nasty)).size, 5)
    assert.equal((await files.statById(file._id)).data.attributes.trashed, true)
  },
  async 'a file is moved and copied inside the Nextcloud'() {
    const folder = await named('/', 'Documents')
    await nextcloud.move(await named('/', nasty), folder)
    assert.deepEqual(await list('/Documents/Empty'), [])
    await nextcloud.copy({ ...(await named('/Documents', 'plain.txt')), path: '/Documents/plain.txt' })
    await named('/Documents', 'plain (copy).txt')
  },
  async 'a file comes down as a copy, and a second time it is a conflict'() {
    const file = await named('/Documents', nasty)
    const copied = await nextcloud.moveToCozy(file, root, { copy: true, FailOnConflict: true })
    assert.equal(copied.status, 201)
    await assert.rejects(nextcloud.moveToCozy(file, root, { copy: true, FailOnConflict: true }), error => error.status === 409)
    await named('/Documents', nasty)
  },
  async 'a file is put into the trash, restored, and deleted for good'() {
    await nextcloud.destroy(await named('/Documents', nasty))
    await nextcloud.restore(await named('/trash/', nasty, true))
    await nextcloud.destroy(await named('/Documents', nasty))
    await nextcloud.deletePermanently(await named('/trash/', nasty, true))
    await nextcloud.destroy(await named('/Documents', 'plain.txt'))
    await nextcloud.emptyTrash(account)
    assert.deepEqual(await list('/trash/', true), [])
  }
}

const run = async () => {
  for (const [name, step] of Object.entries(steps)) {
    await step()
    console.log(`ok ${name}`)
  }
  console.log(`${Object.keys(steps).length} of ${Object.keys(steps).length}`)
}

run().catch(error => {
  console.error(error)
  process.exitCode = 1
})
