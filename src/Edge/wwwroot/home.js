// Where somebody is in their move: nothing connected, something to choose, something running, or something done.
import { accounts, newestMigration } from './cozy.js'
import { go } from './main.js'

export async function showHome() {
  const [migration, known] = await Promise.all([newestMigration(), accounts()])
  const hash = migration ? `#/migration/${migration._id}` : known.length > 0 ? `#/choose/${known[0].id}` : '#/connect'
  go(hash, { replace: true })
}
