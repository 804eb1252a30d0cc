// Where somebody is in their move: nothing connected, something to choose, something running, or something done.
import { accounts, newestMigration } from './cozy.js'

/** The address of the page that shows it. */
export async function whereItStands() {
  const [migration, known] = await Promise.all([newestMigration(), accounts()])
  return migration ? `#/migration/${migration._id}` : known.length > 0 ? `#/choose/${known[0].id}` : '#/connect'
}
