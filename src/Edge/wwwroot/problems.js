// What did not come, and why: by its reason, with what to do about it. However many there are, only some are held here.
import { report } from './cozy.js'
import { announce, fill, h, save, whilePressed } from './dom.js'
import { failure } from './notice.js'
import { adviceOf, wordsOf } from './reasons.js'
import { size, t } from './words.js'

const SHOWN = 50
const PATIENCE = 250
const KINDS = ['failed', 'excluded', 'renamed']

export function problems(document) {
  const counts = Object.fromEntries(KINDS.map(kind => [kind, document.counts?.[kind] ?? 0]))
  if (!document.counts) counts.failed = (document.errors?.length ?? 0) + (document.errors_truncated_count ?? 0)
  const present = KINDS.filter(kind => counts[kind] > 0)
  if (present.length === 0) return { element: null, stop: () => {} }

  const filter = h('input', { id: 'filter', type: 'search', placeholder: t('problems.filterHint'), autocomplete: 'off' })
  const list = h('div')
  const trouble = h('div')
  const buttons = new Map()
  let kind = present[0]
  let reading = null
  let timer = 0

  const look = async () => {
    reading?.abort()
    const mine = (reading = new AbortController())
    for (const [each, button] of buttons) button.setAttribute('aria-pressed', String(each === kind))
    try {
      const groups = await read(document._id, kind, filter.value.trim().toLowerCase(), mine.signal)
      fill(list, groups.length === 0 ? h('p.hint', {}, t('problems.none')) : groups.map(group))
      announce(t('check.items', { n: groups.reduce((sum, { count }) => sum + count, 0) }))
    } catch (error) {
      if (!mine.signal.aborted) fill(list, failure(error))
    }
  }

  for (const each of present) {
    buttons.set(each, h('button.tab', { type: 'button', onclick: () => {
      kind = each
      look()
    } }, t(`problems.${each}`, { n: counts[each] })))
  }
  filter.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(look, PATIENCE)
  })
  const csv = h('button.quiet', { type: 'button' }, t('problems.csv'))
  csv.addEventListener('click', () => whilePressed(csv, async () => {
    const answer = await report(document._id, { format: 'csv', outcome: kind })
    save(await answer.blob(), `${kind}-${document._id}.csv`)
  }, error => fill(trouble, failure(error))))

  look()
  const element = h('section.problems', {},
    h('h2', {}, t('problems.title')),
    h('div.tabs', { role: 'group', 'aria-label': t('problems.title') }, [...buttons.values()]),
    h('div.tools', {}, h('label.hidden', { htmlFor: 'filter' }, t('problems.filter')), filter, csv),
    trouble,
    list)
  return { element, stop: () => { reading?.abort(); clearTimeout(timer) } }
}

// Line by line as it comes: the report of a hundred thousand files is long.
async function read(id, outcome, text, signal) {
  const answer = await report(id, { format: 'json', outcome }, signal)
  const groups = new Map()
  for await (const json of linesOf(answer.body)) {
    if (!json.startsWith('{')) continue
    const line = JSON.parse(json.replace(/,$/, ''))
    if (text && !`${line.path} ${line.name ?? ''} ${line.message ?? ''}`.toLowerCase().includes(text)) continue
    const code = line.reason?.code ?? ''
    if (!groups.has(code)) groups.set(code, { code, words: line.reason?.words, advice: line.reason?.advice, outcome, count: 0, lines: [] })
    const group = groups.get(code)
    group.count++
    if (group.lines.length < SHOWN) group.lines.push({ path: line.path, name: line.name, size: line.size, message: line.message, isFolder: line.is_folder })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}

async function* linesOf(body) {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    yield* lines
  }
  if (rest) yield rest
}

function group({ code, words, advice, outcome, count, lines }) {
  const advised = outcome === 'renamed' ? t('problems.renamedText') : adviceOf(code, advice)
  return h('details.group', { open: true },
    h('summary', {}, h('strong', {}, outcome === 'renamed' && !code ? t('problems.renamedTitle') : wordsOf(code, words)), h('span.amount', {}, t('check.items', { n: count }))),
    advised ? h('p', {}, advised) : null,
    h('ul.paths.long', { tabIndex: 0, 'aria-label': t('problems.list') }, lines.map(line => h('li', {},
      h('span.path', {}, line.path),
      outcome === 'renamed' ? h('span.detail', {}, t('problems.newName', { name: line.name })) : line.isFolder ? null : h('span.amount', {}, size(line.size ?? 0)),
      line.message ? h('span.detail', {}, line.message) : null))),
    count > lines.length ? h('p.hint', {}, t('problems.more', { n: count - lines.length })) : null)
}
