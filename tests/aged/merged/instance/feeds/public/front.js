"use strict";
// The front page: the languages to show, and what is new since the last visit. Both stay in this browser.
{
  const HALF_HOUR = 30 * 60 * 1000; // a later look is another visit
  const recall = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const remember = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* kept for this page alone */ } };
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [sheet];
  const known = recall("languages");
  let wanted = Array.isArray(known) ? known.filter((one) => /^[\w-]+$/.test(one)) : [];
  const show = () => {
    const those = `:is(${wanted.map((one) => `[lang="${one}"]`).join()})`;
    sheet.replaceSync(wanted.length ? `.front:has(.item${those}) :is(.item:not(${those}), .lines section:not(:has(.item${those}))) { display: none; }` : "");
  };
  show(); // before the page is drawn, so that nothing moves
  document.addEventListener("DOMContentLoaded", () => {
    const chips = [...document.querySelectorAll("[data-language]")];
    const press = () => { for (const chip of chips) chip.ariaPressed = wanted.includes(chip.dataset.language); };
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        const one = chip.dataset.language;
        wanted = wanted.includes(one) ? wanted.filter((other) => other !== one) : [...wanted, one];
        remember("languages", wanted);
        show();
        press();
      });
    }
    press();
    const links = [...document.querySelectorAll(".headline")], now = links.map((link) => link.href);
    let seen = recall("seen");
    if (!Array.isArray(seen?.before) || !Array.isArray(seen.now)) seen = {before: now, now, at: 0};
    else if (Date.now() - seen.at > HALF_HOUR) seen.before = seen.now;
    remember("seen", {before: seen.before, now, at: Date.now()});
    const fresh = links.filter((link) => !seen.before.includes(link.href));
    for (const link of fresh) link.closest(".item").classList.add("new");
    if (fresh.length) document.querySelector(".news").textContent = `${fresh.length} new`;
  });
}
