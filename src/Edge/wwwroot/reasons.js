// What the codes of a report mean, in the language of the page; what has no words here is told in the server's.
import { knows, t } from './words.js'

export const wordsOf = (code, fallback) => (knows(`reason.${code}`) ? t(`reason.${code}`) : fallback || t('reason.unknown'))

export const adviceOf = (code, fallback) => (knows(`advice.${code}`) ? t(`advice.${code}`) : fallback || '')
