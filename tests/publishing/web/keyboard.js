// Drives the pages in Chromium by its keyboard alone, then without JavaScript, and prints what was found as JSON.
"use strict";
const puppeteer = require("puppeteer-core");
const [base, chromium, words] = process.argv.slice(2);

async function drive(page, found) {
  const focus = () => page.evaluate(() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    return {
      text: one.textContent.trim(), id: one.id, tag: one.tagName, ticks: "kind" in one.dataset && one.type === "checkbox",
      seen: box.width > 0 && box.right > 0 && getComputedStyle(one).outlineStyle !== "none",
    };
  });
  const until = async (wanted) => {
    for (let n = 0; n < 20; n++) {
      await page.keyboard.press("Tab");
      if (wanted(await focus())) return;
    }
    throw new Error("twenty tabs did not lead there");
  };
  await page.goto(`${base}index.html`);
  found.order = [];
  for (let n = 0; n < 11; n++) {
    await page.keyboard.press("Tab");
    found.order.push(await focus());
  }
  await page.goto(`${base}index.html`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  found.skipped = (await focus()).text;
  await until((one) => one.text === "Subscribe");
  await page.keyboard.press("Enter");
  found.open = await page.$eval("#ways", (one) => one.matches(":popover-open"));
  await page.keyboard.press("Escape");
  const marked = () => page.$$eval(".new .headline", (all) => all.map((one) => one.textContent));
  const shown = () => page.$$eval(".headline", (all) => all.filter((one) => one.offsetParent).map((one) => one.textContent));
  const press = async (keys) => { for (const key of keys) await page.keyboard.press(key); return (await focus()).text; };
  found.keys = [await press("j"), await press("jj"), await press("kk")];
  found.headlines = await shown();
  found.first = await marked();
  await page.evaluate(() => {
    const seen = JSON.parse(localStorage.getItem("seen"));
    localStorage.setItem("seen", JSON.stringify({...seen, now: seen.now.slice(2), at: seen.at - 31 * 60000}));
  });
  await page.reload();
  found.again = await marked();
  found.news = await page.$eval(".news", (one) => one.textContent);
  await page.reload();
  found.same = await marked();
  await page.click("[data-language='de']");
  await page.reload();
  found.german = await shown();
  await page.click("[data-language='de']");
  found.firsts = [];
  for (const [width, height] of [[1280, 800], [390, 844]]) {
    await page.setViewport({ width, height });
    await page.goto(`${base}index.html`);
    found.firsts.push(await page.$$eval(".headline", (all) => all.filter((one) => one.getBoundingClientRect().bottom <= innerHeight).length));
  }
  await Promise.all([page.waitForNavigation(), page.keyboard.press("/")]);
  found.slash = page.url();
  await page.goto(`${base}search.html`);
  await page.waitForFunction(() => !document.querySelector("form.search").hidden);
  await until((one) => one.id === "q");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("#results li").length > 0);
  found.results = await page.$$eval("#results a", (all) => all.map((one) => one.textContent));
  await page.goto(`${base}combine.html`);
  await until((one) => one.ticks);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("#matches").textContent.includes("stories"));
  found.matches = await page.$eval("#matches", (one) => one.textContent);
}

(async () => {
  const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage(), found = { logged: [] };
    page.on("console", (one) => found.logged.push(one.text()));
    page.on("pageerror", (one) => found.logged.push(String(one)));
    await drive(page, found);
    await page.setJavaScriptEnabled(false);
    await page.goto(`${base}search.html`);
    found.withoutScript = (await page.$eval("main", (one) => one.innerText)).trim();
    await page.goto(`${base}feeds.html`);
    found.filter = await page.$eval(".filter", (one) => one.offsetHeight);
    console.log(JSON.stringify(found));
  } finally {
    await browser.close();
  }
})();
