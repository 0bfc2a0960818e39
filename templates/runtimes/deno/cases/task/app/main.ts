Deno.serve(() => new Response("ok"));
const port = Deno.env.get("PORT");
