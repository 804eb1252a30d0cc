// A remote Nextcloud, as a pane shows it; and what goes from one side to the other.
import { save } from './dom.js'
import { ask, askJson } from './session.js'
import { encodePath } from './wire.js'

// Bytes that a browser holds for a while; whatever is larger is brought to the Cozy first.
const LARGEST = 500e6

export function remoteOf(account) {
  const root = `remote/nextcloud/${account}`
  const entryOf = ({ id, attributes }) => ({
    id,
    name: attributes.name,
    isFolder: attributes.type === 'directory',
    size: attributes.size ?? 0,
    time: attributes.updated_at,
    path: attributes.path,
  })
  const inOrder = entries => entries.sort((a, b) => b.isFolder - a.isFolder || a.name.localeCompare(b.name))
  const child = (place, name) => encodePath(`${place.path === '/' ? '' : place.path}/${name}`)

  return {
    key: 'remote',

    async list(path) {
      const { data } = await askJson(root + encodePath(path))
      return { entries: inOrder(data.map(entryOf)), next: null, folder: path }
    },

    async trash() {
      const { data } = await askJson(`${root}/trash/`)
      return { entries: inOrder(data.map(entryOf)), next: null }
    },

    isTooLarge: ({ size }) => size > LARGEST,

    async download({ path, name }) {
      save(await (await ask(`${root}${encodePath(path)}?Dl=1`)).blob(), name)
    },

    upload: (place, file, signal) =>
      ask(`${root}${child(place, file.name)}?Type=file`, { method: 'PUT', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' }, signal }),

    makeFolder: (place, name) => ask(`${root}${child(place, name)}?Type=directory`, { method: 'PUT' }),

    remove: ({ path }) => ask(root + encodePath(path), { method: 'DELETE' }),

    restore: ({ path }) => ask(`${root}/restore${encodePath(path)}`, { method: 'POST' }),

    destroy: ({ path }) => ask(root + encodePath(path), { method: 'DELETE' }),

    /** A file of the Nextcloud, into a folder of the drive. */
    bring: ({ path }, place, isCopy) => ask(`${root}/downstream${encodePath(path)}?To=${place.folder}&Copy=${isCopy}`, { method: 'POST' }),

    /** A file of the drive, into a folder of the Nextcloud. */
    send: ({ id, name }, place, isCopy) => ask(`${root}/upstream${child(place, name)}?From=${id}&Copy=${isCopy}`, { method: 'POST' }),
  }
}
