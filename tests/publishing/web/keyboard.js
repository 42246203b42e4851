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
  for (let n = 0; n < 9; n++) {
    await page.keyboard.press("Tab");
    found.order.push(await focus());
  }
  await page.goto(`${base}index.html`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  found.skipped = (await focus()).text;
  await page.keyboard.press("Enter");
  found.open = await page.$eval("details.subscribe", (one) => one.open);
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
