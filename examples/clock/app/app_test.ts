import { deepStrictEqual, match, strictEqual } from "node:assert";
import { app } from "./app.ts";

Deno.test("it is some time in Havana", async () => {
  const answer = await app.request("/time/America/Havana");
  strictEqual(answer.status, 200);
  const { zone, time } = await answer.json();
  strictEqual(zone, "America/Havana");
  match(time, /^\d\d:\d\d$/);
});

Deno.test("there is no such zone", async () => {
  const answer = await app.request("/time/America/Atlantis");
  strictEqual(answer.status, 400);
  deepStrictEqual(Object.keys(await answer.json()), ["error"]);
});

Deno.test("it says that it is there", async () => {
  strictEqual(await (await app.request("/health")).text(), "ok");
});
