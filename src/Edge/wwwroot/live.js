// A document as it changes: told by the websocket, asked for whenever something may have been missed.
import { token } from './session.js'

const FIRST = 500
const LONGEST = 15_000

/**
 * Calls onDocument with every newer state until the answer is called. `read` asks for the document, and onLink is told whether
 * what is shown is up to date.
 */
export function watch(doctype, id, read, onDocument, onLink) {
  let socket = null
  let timer = 0
  let wait = FIRST
  let isOver = false

  const refresh = async () => {
    const document = await read()
    if (!isOver) onDocument(document)
  }

  const again = () => {
    if (isOver) return
    onLink(false)
    clearTimeout(timer)
    timer = setTimeout(open, wait)
    wait = Math.min(wait * 2, LONGEST)
  }

  const open = async () => {
    try {
      const address = new URL('realtime/', document.baseURI)
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
      const secret = await token()
      if (isOver) return
      socket = new WebSocket(address, 'io.cozy.websocket')
      socket.onclose = again
      socket.onopen = async () => {
        say('AUTH', secret)
        say('SUBSCRIBE', { type: doctype, id })
        try {
          // Between the last word and this one something may have happened.
          await refresh()
          wait = FIRST
          onLink(true)
        } catch {
          socket.close()
        }
      }
      socket.onmessage = ({ data }) => {
        const { event, payload } = JSON.parse(data)
        if ((event === 'CREATED' || event === 'UPDATED') && payload.id === id) onDocument(payload.doc)
      }
    } catch {
      again()
    }
  }

  const say = (method, payload) => socket.send(JSON.stringify({ method, payload }))

  open()
  return () => {
    isOver = true
    clearTimeout(timer)
    if (socket) {
      socket.onclose = null
      socket.onmessage = null
      socket.close()
    }
  }
}
