import { app } from "./app.ts";

const server = Deno.serve({
  port: Number(Deno.env.get("PORT") ?? 8000),
  hostname: "0.0.0.0",
}, app.fetch);

// What is being answered is answered; then the process ends.
Deno.addSignalListener("SIGTERM", () => server.shutdown());
await server.finished;
Deno.exit();
