// node look.mjs BROWSER LIBRARIES small|many PAGE [PICTURES]: opens the page, and ends with 1 where anything is wrong.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [browserPath, libraries, what, page, pictures] = process.argv.slice(2);
const require = createRequire(`${libraries}/`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const address = pathToFileURL(page).href;
const wrong = [];
const expect = (holds, words) => {
  if (!holds) wrong.push(words);
};

// As root, in a container, Chromium has no sandbox of its own.
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });

async function opened(options, act) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const asked = [];
  tab.on("request", (request) => asked.push(request.url()));
  tab.on("console", (message) => expect(message.type() !== "error", `${JSON.stringify(options)}: ${message.text()}`));
  tab.on("pageerror", (error) => wrong.push(String(error)));
  await tab.goto(address);
  await act(tab);
  const others = asked.filter((url) => url !== address && !url.startsWith("data:"));
  expect(others.length === 0, `the page asks for ${others}`);
  await context.close();
}

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

async function small() {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      const name = `${size} ${colorScheme}`;
      // The page's policy keeps axe out as it keeps everything else out.
      await opened({ viewport, colorScheme, bypassCSP: true }, async (tab) => {
        for (const folded of [true, false]) {
          if (!folded) await tab.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
          await tab.evaluate(axe);
          const found = await tab.evaluate(() => window.axe.run({ resultTypes: ["violations", "incomplete"] }));
          for (const { id, nodes, help } of found.violations) wrong.push(`${name}: ${id}: ${help}: ${nodes[0].html}`);
          const sideways = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(sideways <= 0, `${name}: ${sideways} pixels too wide, folded: ${folded}`);
        }
      });
      if (pictures && (size === "wide" || colorScheme === "light")) {
        const small = size === "wide" ? { width: 1000, height: 640 } : viewport;
        await opened({ viewport: small, colorScheme }, async (tab) => {
          await tab.screenshot({ path: `${pictures}/status-${size}-${colorScheme}.png` });
        });
      }
    }
  }
  await opened({ viewport: SIZES.wide }, keyboard);
  await opened({ viewport: SIZES.wide, javaScriptEnabled: false }, async (tab) => {
    expect((await tab.locator("tbody").count()) === 4, "without scripts the apps are not there");
    expect(!(await tab.locator("#find").isVisible()), "without scripts there is a box that does nothing");
  });
}

// Everything that can be reached is reached by Tab, in the order in which it is read, and works.
async function keyboard(tab) {
  const here = () => tab.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim().slice(0, 40));
  await tab.keyboard.press("Tab");
  expect((await here()) === "Skip to the apps", `Tab reaches ${await here()} first`);
  await tab.keyboard.press("Enter");
  expect((await here()) === "apps", `the first link leads to ${await here()}`);
  await tab.keyboard.press("Tab");
  expect((await here()) === "find", `behind it Tab reaches ${await here()}`);
  await tab.keyboard.type("TAS");
  const seen = () => tab.locator("tbody:visible th[scope=rowgroup]").allTextContents();
  expect((await seen()).join() === "tasks", `"TAS" finds ${await seen()}`);
  expect((await tab.locator("#found").textContent()) === "1 of 4 apps", await tab.locator("#found").textContent());
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Tab");
  expect((await here()) === "Releases of tasks", `Tab reaches ${await here()}`);
  await tab.keyboard.press("Enter");
  const release = tab.locator("#app-tasks ol > li").first();
  expect(await release.isVisible(), "Enter does not unfold the releases");
  await tab.keyboard.press("Tab");
  expect((await here()).endsWith("changed"), `Tab reaches ${await here()}`);
  await tab.keyboard.press("Enter");
  expect(await tab.locator("#app-tasks pre").first().isVisible(), "Enter does not unfold what a release changed");
  // A link to an app that the box has left out brings it back.
  await tab.locator(".troubles a", { hasText: "shop" }).first().click();
  expect(await tab.locator("#app-shop").isVisible(), "a link leads to what is not there");
  await tab.locator("#find").fill("stopped");
  expect((await seen()).join() === "shop", `"stopped" finds ${await seen()}`);
  await tab.locator("#find").fill("no such app");
  expect((await seen()).length === 0, "what is nowhere is found");
}

async function many() {
  await opened({ viewport: SIZES.wide }, async (tab) => {
    const times = await tab.evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation");
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      return { shown: paint && paint.startTime, usable: entry.domContentLoadedEventEnd, loaded: entry.loadEventEnd };
    });
    console.log(`opened: ${JSON.stringify(times, (_, n) => (typeof n === "number" ? Math.round(n) : n))} ms`);
    const apps = await tab.locator("tbody").count();
    // What a person waits for: from the key to the next picture.
    const searches = await tab.evaluate(async () => {
      const box = document.getElementById("find");
      const taken = [];
      for (const text of ["a", "app-7", "app-777", "app-7777", "nowhere", ""]) {
        const began = performance.now();
        box.value = text;
        box.dispatchEvent(new Event("input"));
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        taken.push([text, Math.round(performance.now() - began)]);
      }
      return taken;
    });
    console.log(`${apps} apps; searched: ${searches.map(([text, time]) => `"${text}" ${time} ms`).join(", ")}`);
    expect(times.loaded < 10_000, `it takes ${times.loaded} ms to open`);
    expect(searches.every(([, time]) => time < 2_000), "a search takes too long");
    await tab.locator("#find").fill("app-7777");
    expect((await tab.locator("tbody:visible").count()) === 1, "an app is not found");
  });
}

await (what === "many" ? many() : small());
await browser.close();
for (const words of wrong) console.error(`wrong: ${words}`);
if (wrong.length === 0) console.log("the page is fine");
process.exit(wrong.length === 0 ? 0 : 1);
