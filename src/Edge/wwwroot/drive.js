// The Cozy's own drive, as a pane shows it.
import { ask, askJson } from './session.js'
import { h } from './dom.js'

const PAGE = 100

const entryOf = ({ id, attributes }) => ({
  id,
  name: attributes.name,
  isFolder: attributes.type === 'directory',
  size: Number(attributes.size ?? 0),
  time: attributes.updated_at,
  path: attributes.path,
})

// As the links of an answer have it: absolute, and below where this page lies.
const below = link => link.replace(/^\//, '')

export const drive = {
  key: 'drive',

  /** A page of a folder: its entries, where the next page is, and what its id is. */
  async list(path, next) {
    const answer = await askJson(next ?? `files/metadata?Path=${encodeURIComponent(path)}&page[limit]=${PAGE}`)
    const entries = (answer.included ?? []).map(entryOf).map(entry => ({ ...entry, path: `${path === '/' ? '' : path}/${entry.name}` }))
    const more = answer.links?.next ?? answer.data?.relationships?.contents?.links?.next
    return { entries, next: more && below(more), folder: answer.data.id }
  },

  async trash(next) {
    const answer = await askJson(next ?? `files/trash?page[limit]=${PAGE}`)
    return { entries: answer.data.map(entryOf), next: answer.links?.next && below(answer.links.next) }
  },

  async download({ id }) {
    const { links } = await askJson(`files/downloads?Id=${id}`, { method: 'POST' })
    h('a', { href: new URL(`${below(links.related)}?Dl=1`, document.baseURI).href, download: '' }).click()
  },

  upload: ({ folder }, file, signal) =>
    ask(`files/${folder}?Type=file&Name=${encodeURIComponent(file.name)}&UpdatedAt=${new Date(file.lastModified).toISOString()}`, { method: 'POST', body: file, headers: { 'Content-Type': file.type || 'application/octet-stream' }, signal }),

  makeFolder: ({ folder }, name) => ask(`files/${folder}?Type=directory&Name=${encodeURIComponent(name)}`, { method: 'POST' }),

  remove: ({ id }) => ask(`files/${id}`, { method: 'DELETE' }),

  restore: ({ id }) => ask(`files/trash/${id}`, { method: 'POST' }),

  destroy: ({ id }) => ask(`files/trash/${id}`, { method: 'DELETE' }),
}
