import { createApp } from './app.js'

const server = createApp().listen(process.env.PORT ?? 3000, '0.0.0.0')

// What is being answered is answered; then the process ends.
process.on('SIGTERM', () => server.close())
