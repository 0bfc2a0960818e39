import express from 'express'

// Notes by their numbers, as long as the process lives.
export function createApp() {
  const notes = new Map()
  const app = express()
  app.use(express.json())
  app.get('/health', (_, answer) => answer.send('ok'))
  app.get('/notes', (_, answer) => answer.json([...notes.values()]))
  app.post('/notes', (request, answer) => {
    const text = request.body?.text
    if (typeof text !== 'string' || text === '') {
      return answer.status(400).json({ error: 'a note needs a text' })
    }
    const note = { id: notes.size + 1, text }
    notes.set(note.id, note)
    answer.status(201).json(note)
  })
  return app
}
