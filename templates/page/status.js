"use strict";
(() => {
  // Without this script the page says the same; the box that finds an app is what it adds.
  const form = document.getElementById("search");
  const box = document.getElementById("find");
  const found = document.getElementById("found");
  const parts = Array.from(document.querySelectorAll(".part"), (part) => ({
    part,
    apps: Array.from(part.querySelectorAll("tbody"), (app) => ({ app, key: app.dataset.k })),
  }));
  const all = parts.reduce((sum, { apps }) => sum + apps.length, 0);
  const find = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { part, apps } of parts) {
      let here = 0;
      for (const { app, key } of apps) {
        const hit = words.every((word) => key.includes(word));
        if (app.hidden === hit) app.hidden = !hit;
        if (hit) here += 1;
      }
      if (part.hidden !== (here === 0)) part.hidden = here === 0;
      count += here;
    }
    found.textContent = words.length ? `${count} of ${all} apps` : "";
  };
  box.addEventListener("input", find);
  form.addEventListener("submit", (event) => event.preventDefault());
  // A link to an app that the box has left out.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (target && target.closest("[hidden]")) {
      box.value = "";
      find();
    }
  });
  form.hidden = all === 0;
  // A browser keeps what was typed when a page is loaded again.
  find();
})();
