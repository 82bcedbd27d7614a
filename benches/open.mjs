// How long a report takes to open in a browser, as JSON: the best and the median of some rounds in
// milliseconds. node open.mjs MODULES PROGRAM REPORT
import { createRequire } from "node:module";
import { loadavg } from "node:os";
import { pathToFileURL } from "node:url";

const [modules, program, report] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/check.js`)("playwright-core");
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath: program, args });
const seen = { rounds: 9, paint: [], loaded: [], work: [] };

for (let at = 0; at < seen.rounds; at += 1) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  const page = await context.newPage();
  // the processor time of the page, in which other processes do not count
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(pathToFileURL(report).href);
  const { metrics } = await session.send("Performance.getMetrics");
  seen.work.push(1000 * metrics.find((metric) => metric.name === "TaskDuration").value);
  const times = await page.evaluate(() => ({
    loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    findings: Number(document.getElementById("list").dataset.total),
  }));
  seen.loaded.push(times.loaded);
  seen.paint.push(times.paint);
  seen.findings = times.findings;
  await context.close();
}
const still = await browser.newContext();
await still.addInitScript(() => { globalThis.requestIdleCallback = () => 0; });
const page = await still.newPage();
await page.goto(pathToFileURL(report).href);
seen.elements = await page.locator("*").count();
await browser.close();

for (const name of ["paint", "loaded", "work"]) {
  const sorted = seen[name].map(Math.round).sort((a, b) => a - b);
  seen[name] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
}
seen.machine = Math.round(10 * loadavg()[0]) / 10;
console.log(JSON.stringify(seen));
