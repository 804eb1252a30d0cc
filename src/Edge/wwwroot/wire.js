// One request, and one kind of error for whatever goes wrong with it.

/** The server said no (status), or did not answer at all (status 0). */
export class Refusal extends Error {
  constructor(status, detail = '', { isToken = false, minutes = 0 } = {}) {
    super(detail || `status ${status}`)
    Object.assign(this, { status, detail, isToken, minutes })
  }

  // JSON:API says errors[0].detail, CouchDB reason; a refused token is {"error": text}, and nothing else is.
  static async of(answer) {
    let body = null
    try {
      body = await answer.json()
    } catch {
      // No JSON: the status alone has to tell.
    }
    const detail = body?.errors?.[0]?.detail ?? body?.reason ?? ''
    const isToken = typeof body?.error === 'string' && body.reason === undefined && (answer.status === 400 || answer.status === 401)
    return new Refusal(answer.status, detail, { isToken, minutes: Math.ceil(Number(answer.headers.get('Retry-After') ?? 0) / 60) })
  }
}

/** The answer of a path below this page's own address, when it is a success. */
export async function send(path, { method = 'GET', headers = {}, json, body, signal } = {}) {
  const all = { Accept: 'application/json', ...headers }
  if (json !== undefined) all['Content-Type'] = 'application/json'
  let answer
  try {
    answer = await fetch(new URL(path, document.baseURI), { method, headers: all, body: json === undefined ? body : JSON.stringify(json), signal, cache: 'no-store' })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Refusal(0)
  }
  if (!answer.ok) throw await Refusal.of(answer)
  return answer
}

/** A path of names, each encoded once. */
export const encodePath = path => path.split('/').map(encodeURIComponent).join('/')
