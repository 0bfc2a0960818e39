import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  publicDir: false,
  build: {outDir: "dist", rollupOptions: {input: "frontend/main.js", output: {entryFileNames: "main.js"}}},
});
