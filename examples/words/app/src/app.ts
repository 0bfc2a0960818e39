import { Hono } from "hono";

/** Counts the words of a text. */
export const app = new Hono();

app.get("/health", (answer) => answer.text("ok"));

app.post("/count", async (answer) => {
  const text = await answer.req.text();
  if (text.length > 100_000) return answer.json({ error: "a text has at most 100,000 letters" }, 413);
  const counts: Record<string, number> = Object.create(null);
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) counts[word] = (counts[word] ?? 0) + 1;
  return answer.json(counts);
});
