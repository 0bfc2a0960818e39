const assert = require('node:assert/strict')
const { existsSync, readdirSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { test } = require('node:test')

const folder = join(__dirname, '..', 'public')

test('every link leads to a page', () => {
  for (const page of readdirSync(folder)) {
    const links = [...readFileSync(join(folder, page), 'utf8').matchAll(/href="([^"]+)"/g)].map((found) => found[1])
    assert.ok(links.length > 0, page)
    for (const link of links) {
      assert.ok(existsSync(join(folder, link === '/' ? 'index.html' : link)), `${page}: ${link}`)
    }
  }
})
