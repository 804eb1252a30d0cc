// Files of the desktop, and rows of the other side. Whoever cannot drag has the buttons.
export function dropsOn(element, { upload, take }) {
  const mark = isOver => element.classList.toggle('over', isOver)
  element.addEventListener('dragover', event => {
    event.preventDefault()
    mark(true)
  })
  element.addEventListener('dragleave', () => mark(false))
  element.addEventListener('drop', event => {
    event.preventDefault()
    mark(false)
    const from = event.dataTransfer.getData('text/x-side')
    if (from) take(from)
    else upload([...event.dataTransfer.files])
  })
}
