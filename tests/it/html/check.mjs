// Opens a report in a browser and writes what it saw as JSON.
// node check.mjs MODULES PROGRAM REPORT all|opened
// opened: axe looks at the page as it opens, for all of a large one takes it minutes
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, program, report, depth] = process.argv.slice(2);
const require = createRequire(`${modules}/check.js`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const url = pathToFileURL(report).href;
const args = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
// without a folder of its own, a new one is made for this run and removed after it
const browser = await chromium.launch({ executablePath: program, args });
const seen = { errors: [], requests: [] };

const open = async ({ still, ...options }, address = url) => {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
  // nothing is made while nothing is asked for
  if (still) await context.addInitScript(() => { globalThis.requestIdleCallback = () => 0; });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(error.message));
  page.on("dialog", (dialog) => { seen.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url.split("#")[0]) seen.requests.push(request.url());
  });
  await page.goto(address);
  return page;
};
// until nothing is left to be made of what stands in <noscript>
const made = (page) => page.waitForFunction(() => !document.querySelector("main noscript"));
const visible = (page) => page.evaluate(() =>
  [...document.querySelectorAll("#list .d")].filter((finding) => finding.checkVisibility()).length);
const settled = (page) => page.waitForTimeout(300);
const broken = async (page) => {
  await page.evaluate(axe);
  return page.evaluate(async () => (await globalThis.axe.run()).violations
    .filter((rule) => ["serious", "critical"].includes(rule.impact))
    .map((rule) => `${rule.id}: ${rule.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`));
};

// what a browser has to make before the page is there; no clock tells that
const opened = await open({ still: true });
seen.elements = await opened.locator("*").count();
seen.told_first = await opened.locator("#shown").textContent();
if (depth === "opened") seen.axe_light = await broken(opened);
// a link to a finding that is not made yet
const last = await opened.evaluate(() => {
  const ids = [...document.documentElement.innerHTML.matchAll(/id="(d-[0-9a-f]+)"/g)];
  location.hash = ids.at(-1)[1];
  return ids.at(-1)[1];
});
await settled(opened);
seen.last = await opened.evaluate((id) => {
  const finding = document.getElementById(id);
  return finding.open && finding.checkVisibility();
}, last);
await opened.context().close();

const page = await open({ colorScheme: "light" });
await made(page);
seen.elements_made = await page.locator("*").count();
seen.title = await page.title();
seen.total = await page.locator("#list .d").count();
seen.shown = await visible(page);
seen.told = await page.locator("#shown").textContent();
seen.boxes = await page.locator("svg.diagram .node").count();
seen.lines = await page.locator("svg.diagram .line").count();
seen.links = await page.locator("svg.diagram a").count();
seen.lost = await page.evaluate(() =>
  [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href").slice(1))
    .filter((id) => !document.getElementById(id)));

// each filter shows what it says, and the address keeps it
seen.filters = {};
for (const name of ["code", "kind", "schema", "severity", "direction"]) {
  const select = page.locator(`#filters select[name=${name}]`);
  if (await select.count() === 0) continue;
  const value = await select.locator("option").last().getAttribute("value");
  await select.selectOption(value);
  await settled(page);
  const expected = await page.evaluate(([name, value]) =>
    [...document.querySelectorAll("#list .d")].filter((finding) => finding.dataset[name] === value).length,
  [name, value]);
  seen.filters[name] = [value, await visible(page), expected, new URL(page.url()).hash];
  await page.locator("#filters button[type=reset]").click();
  await settled(page);
}
seen.after_reset = await visible(page);
const word = await page.locator("#list .d").first().locator("summary code").textContent();
await page.locator("#filters input[name=q]").fill(word);
await settled(page);
seen.search = [word, await visible(page), await page.locator("#shown").textContent()];
const again = await open({}, page.url());
await settled(again);
seen.search_again = await visible(again);
await again.context().close();
await page.locator("#filters input[name=q]").fill("no object has such a name");
await settled(page);
seen.nothing = [await visible(page), await page.locator("#none").isVisible()];

// a link to a finding opens it, whatever is filtered
const target = await page.evaluate(() => {
  const link = document.querySelector("svg.diagram a");
  link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  return link.getAttribute("href").slice(1);
});
await settled(page);
seen.linked = await page.evaluate((id) => {
  const finding = document.getElementById(id);
  return finding.open && finding.checkVisibility() && document.activeElement === finding.firstElementChild;
}, target);

// text differences both ways
const text = page.locator(".d:has(.udiff)").first();
if (await text.count()) {
  await text.evaluate((finding) => { finding.open = true; });
  const both = async () => [
    await text.locator(".udiff").first().isVisible(),
    await text.locator(".sdiff").first().isVisible(),
  ];
  seen.unified = await both();
  await page.locator("#view-split").check();
  seen.split = await both();
  await page.locator("#view-unified").check();
}
await page.evaluate(() => {
  for (const part of [...document.querySelectorAll("details")].slice(0, 60)) part.open = true;
});
if (depth === "all") seen.axe_light = await broken(page);
await page.context().close();

const dark = await open({ colorScheme: "dark", still: depth === "opened" });
if (depth === "all") await made(dark);
seen.axe_dark = await broken(dark);
seen.dark = await dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
await dark.context().close();

// without a script everything is there, and opens
const plain = await open({ javaScriptEnabled: false });
seen.plain_shown = await plain.locator("#list .d > summary").count();
seen.plain_filters = await plain.locator("#filters").isVisible();
seen.plain_verdict = await plain.locator("#h-verdict").isVisible();
seen.plain_boxes = await plain.locator("svg.diagram .node").first().isVisible();
const part = plain.locator("#list .d:has(table.values)").first();
await part.locator("summary").press("Enter");
seen.plain_opens = await part.locator("table.values").first().isVisible();
await plain.emulateMedia({ media: "print" });
seen.print_opens = await plain.locator("#list .d:has(table.values)").last().locator("tbody tr").first().isVisible();
await plain.context().close();

await browser.close();
console.log(JSON.stringify(seen));
