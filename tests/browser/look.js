// Opens a page with the network off, at a width and in a colour scheme, and tells what is wrong with it as JSON.
// node look.js CHROMIUM PAGE
"use strict";
const fs = require("fs");
const { pathToFileURL } = require("url");
const { chromium } = require("playwright-core");

const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const VIEWS = [[1280, "light"], [1280, "dark"], [360, "light"], [360, "dark"]];

function tooWide() {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest(".scroll, pre, .u-wrap"))
    .map((one) => one.outerHTML.slice(0, 120));
}

function emptyPlots() {
  // A canvas of one colour shows nothing.
  return [...document.querySelectorAll(".plot")].filter((plot) => {
    const canvas = plot.querySelector("canvas");
    if (!canvas) { return true; }
    const dots = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    return dots.every((dot) => dot === dots[0]);
  }).length;
}

async function look(browser, address, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true });
  const page = await context.newPage();
  const complaints = [], requests = [];
  page.on("console", (message) => { if (message.type() === "error") { complaints.push(message.text()); } });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith("data:")) { requests.push(request.url()); } });
  await page.goto(address);
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => (await window.axe.run()).violations.map((one) => `${one.id}: ${one.nodes[0].html}`));
  const found = {
    width, colorScheme, complaints, violations,
    requests: requests.filter((one) => one !== address),
    tooWide: await page.evaluate(tooWide),
    scrolls: await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth),
    plots: await page.locator(".plot canvas").count(),
    emptyPlots: await page.evaluate(emptyPlots),
    scriptsRun: await page.evaluate(() => window.hostile === undefined ? 0 : 1),
  };
  const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.locator("button.theme").click();
  found.switches = before !== await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  found.folded = await page.locator("details:not([open])").count();
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  found.unfolded = await page.locator("details[open]").count();
  await context.close();
  found.still = await stands(browser, address, width, colorScheme);
  return found;
}

// Without a script, as in a phone's preview: how many curves are drawn all the same.
async function stands(browser, address, width, colorScheme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, offline: true, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(address);
  let drawn = 0;
  for (const path of await page.locator(".plot svg path").all()) {
    const box = await path.boundingBox();
    if (box && box.width > 50) { drawn += 1; }
  }
  await context.close();
  return drawn;
}

(async () => {
  const [executablePath, file] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const found = [];
  for (const view of VIEWS) { found.push(await look(browser, pathToFileURL(file).href, ...view)); }
  await browser.close();
  process.stdout.write(JSON.stringify(found));
})();
