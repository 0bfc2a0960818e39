import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApp } from '../app.js'

test('a note is kept', async (t) => {
  const server = createApp().listen(0)
  t.after(() => server.close())
  const address = `http://localhost:${server.address().port}`
  const add = (body) =>
    fetch(`${address}/notes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  assert.equal((await add({ text: 'milk' })).status, 201)
  assert.equal((await add({})).status, 400)
  assert.deepEqual(await (await fetch(`${address}/notes`)).json(), [{ id: 1, text: 'milk' }])
  assert.equal(await (await fetch(`${address}/health`)).text(), 'ok')
})
