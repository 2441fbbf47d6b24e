// The pages of a server in a browser (server_browser.sh).
//
//   node server_browser.mjs ADDRESS CHROMIUM PART.png FOLDER [TOKEN]
//
// With a token, as somebody who signs in with it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const [address, chromium, part, folder, token] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wrong = [];
let looked = 0;

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"],
});

/** Holds the page against what every page has to be, and takes its picture. */
async function look(page, name, log) {
  looked += 1;
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  });
  // A phone shows all of a page that is too wide, smaller: what is drawn within the width of the screen counts.
  const beyond = await page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .map((node) => [node, node.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && box.right > window.innerWidth - 1)
      .map(([node, box]) => `${node.tagName.toLowerCase()} reaches ${Math.round(box.right)} of ${window.innerWidth} pixels`));
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (sideways > 0) found.push(`${sideways} pixels wider than the window`);
  found.push(...beyond);
  // What a finger presses, but for links within a line.
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, select, input:not([type=hidden]), nav a, .parts a")]
      .map((node) => [node, node.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 24))
      .map(([node, box]) => `${Math.round(box.width)} × ${Math.round(box.height)}: ${node.outerHTML.slice(0, 80)}`));
  found.push(...small.map((one) => `too small for a finger, ${one}`));
  // Everything that can be pressed is reached with Tab.
  const reachable = await page.evaluate(() => document.querySelectorAll("a[href], button, select, input:not([type=hidden])").length);
  const reached = new Set();
  for (let at = 0; at <= reachable; at += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => {
      const all = [...document.querySelectorAll("a[href], button, select, input:not([type=hidden])")];
      return all.indexOf(document.activeElement);
    }));
  }
  reached.delete(-1);
  if (reached.size < reachable) found.push(`the keyboard reaches ${reached.size} of ${reachable}`);
  found.push(...log.splice(0).map((line) => `console: ${line}`));
  wrong.push(...found.map((line) => `${name}: ${line}`));
}

const sizes = { phone: { width: 390, height: 844, isMobile: true, hasTouch: true }, screen: { width: 1280, height: 800 } };
for (const [size, viewport] of Object.entries(sizes)) {
  for (const language of token ? ["ko"] : ["ko", "en"]) {
    for (const scheme of token ? ["light"] : ["light", "dark"]) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setBypassCSP(true);
      await page.setViewport(viewport);
      await page.setExtraHTTPHeaders({ "Accept-Language": language });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const log = [];
      page.on("pageerror", (error) => log.push(error.message));
      page.on("console", (message) => ["error", "warn"].includes(message.type()) && log.push(message.text()));
      const named = (view) => `${size}-${language}-${scheme}-${view}${token ? "-signed-in" : ""}`;
      // The board listens for as long as it is open: it is never idle.
      const go = (path) => page.goto(`${address}${path}`, { waitUntil: "load" });

      await go("/");
      if (token) {
        await page.type("#token", token);
        await Promise.all([page.waitForNavigation(), page.click("main button[type=submit]")]);
      }
      const [shown] = await page.$$eval("html", (nodes) => nodes.map((node) => node.lang));
      if (shown !== language) wrong.push(`${named("board")}: in ${shown}`);
      await look(page, named("board"), log);

      await go("/capture");
      await look(page, named("capture"), log);
      await (await page.$("input[type=file]")).uploadFile(part);
      await Promise.all([page.waitForNavigation({ timeout: 120_000 }), page.click("main button[type=submit]")]);
      const path = new URL(page.url()).pathname;
      if (!/^\/parts\/\d+$/.test(path)) wrong.push(`${named("part")}: an upload leads to ${path}`);
      await look(page, named("part"), log);
      // A person's word is there afterwards.
      await Promise.all([page.waitForNavigation(), page.click("form.judgement button.ng")]);
      const pressed = await page.$eval("form.judgement button.ng", (button) => button.getAttribute("aria-pressed"));
      if (pressed !== "true") wrong.push(`${named("judged")}: the judgement is not shown`);
      await look(page, named("judged"), log);

      await go("/");
      // A part that is inspected again takes the place of its inspection before.
      const newest = await page.$eval(".parts a", (row) => row.getAttribute("href"));
      if (newest !== path) wrong.push(`${named("board")}: the newest is ${newest}, not ${path}`);

      const made = await fetch(`${address}/api/v1/inspections/${path.split("/").pop()}/link`, {
        method: "POST",
        headers: token ? { Authorization: `Bearer ${token}` } : {},
      });
      const link = new URL((await made.json()).url);
      await go(link.pathname + link.search);
      if (!token && await page.$("form, nav")) wrong.push(`${named("link")}: more than this inspection is offered`);
      await look(page, named("link"), log);

      await go("/sign-in");
      await look(page, named("sign-in"), log);
      const absent = await go("/parts/999999");
      if (absent.status() !== 404) wrong.push(`${named("absent")}: ${absent.status()}`);
      // The browser itself says that it was no page.
      log.length = 0;
      await look(page, named("absent"), log);
      await context.close();
    }
  }
}
await browser.close();
for (const line of wrong) console.error(`browser: ${line}`);
console.log(`pages in a browser: ${looked} looked at, ${wrong.length} faults`);
process.exit(wrong.length > 0 ? 1 : 0);
