import { Hono } from "hono";

/** Says what time it is in a zone. */
export const app = new Hono();

app.get("/health", (answer) => answer.text("ok"));

app.get("/time/:area/:place", (answer) => {
  const { area, place } = answer.req.param();
  const zone = `${area}/${place}`;
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      timeStyle: "short",
    });
    return answer.json({ zone, time: format.format(new Date()) });
  } catch {
    return answer.json({ error: "a zone is such as America/Havana" }, 400);
  }
});
