import { expect, test } from "bun:test";
import { app } from "../src/app.ts";

const count = async (body: string) => {
  const answer = await app.request("/count", { method: "POST", body });
  return [answer.status, await answer.json()];
};

test("words are counted", async () => {
  expect(await count("Más o menos, más.")).toEqual([200, { más: 2, o: 1, menos: 1 }]);
  expect(await count("constructor")).toEqual([200, { constructor: 1 }]);
  expect(await count("")).toEqual([200, {}]);
});

test("a text has an end", async () => {
  expect((await count("a".repeat(100_001)))[0]).toBe(413);
});

test("it says that it is there", async () => {
  expect(await (await app.request("/health")).text()).toBe("ok");
});
