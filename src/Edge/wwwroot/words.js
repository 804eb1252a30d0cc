// The language of the page: the browser's, if it is one of ours; numbers, sizes and times are written as there.
import en from './words/en.js'

const LANGUAGES = { en: async () => en, fr: async () => (await import('./words/fr.js')).default }
let language = 'en'
let locale = 'en'
let words = en

/** Chosen once, before anything is shown. */
export async function choose(wishes = navigator.languages) {
  locale = wishes.find(wish => languageOf(wish) in LANGUAGES) ?? 'en'
  language = languageOf(locale)
  words = await LANGUAGES[language]()
  document.documentElement.lang = language
}

const languageOf = wish => wish.slice(0, 2).toLowerCase()

/** The words of a key. What depends on a number has the forms of the language's plural rules; {name} is replaced. */
export function t(key, values = {}) {
  let text = words[key] ?? en[key] ?? key
  if (typeof text === 'object') text = text[new Intl.PluralRules(language).select(values.n)] ?? text.other
  return text.replace(/\{(\w+)\}/g, (_, name) => (typeof values[name] === 'number' ? number(values[name]) : values[name] ?? ''))
}

/** Whether there are words of ours. */
export const knows = key => key in words

export const number = value => new Intl.NumberFormat(locale).format(value)

/** 1.4 GB: decimal, as discs and clouds are sold. */
export function size(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte']
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const digits = step === 0 || bytes / 1000 ** step >= 100 ? 0 : 1
  return new Intl.NumberFormat(locale, { style: 'unit', unit: units[step], unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: digits }).format(bytes / 1000 ** step).replace(' ', '\u00a0')
}

/** "Today at 14:05" in the words of the language. */
export function moment(time) {
  const date = new Date(time)
  if (Number.isNaN(date.valueOf())) return ''
  const isToday = date.toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(locale, isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }).format(date)
}

export const day = time => (time ? new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(time)) : '')

/** How long, as a person would say it. */
export function about(seconds) {
  if (seconds < 60) return t('time.seconds', { n: Math.max(Math.ceil(seconds), 1) })
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return t('time.minutes', { n: minutes })
  const hours = Math.round(minutes / 60)
  return hours < 48 ? t('time.hours', { n: hours }) : t('time.days', { n: Math.round(hours / 24) })
}
