import { app } from "./app.ts";

const server = Bun.serve({ fetch: app.fetch, hostname: "0.0.0.0" });

// What is being answered is answered; then the process ends.
process.on("SIGTERM", async () => {
  await server.stop();
  process.exit();
});
