// Searches the stories of this site in the browser: small files by period and term, the newest first. No words are sent
// anywhere. What a text is found by says publishing/search/terms.py, which this follows to the letter.
"use strict";
(() => {
  const unspaced = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const marks = "\\u0591-\\u05bd\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u0900-\\u0963\\u0966-\\u0dff";
  const run = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{N}]|[${marks}])+`, "gu");
  const first = new RegExp(`^[${unspaced}]`, "u");
  const also = { "ß": "ss", "ς": "σ", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i" };
  const AT_ONCE = 20; // results shown before "older" is asked for,
  const FILES = 24; // and files of terms loaded for them, of 4 kB compressed at most
  const DOCS = 12;

  const folded = (text) => {
    const plain = text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").normalize("NFC");
    return plain.replace(/[ßςæœøłđı]/g, (one) => also[one]);
  };

  const word = (text) => {
    let found = [...text].slice(0, 32).join("");
    if (found.length > 3 && /^[\x00-\x7f]+s$/.test(found) && !found.endsWith("ss")) found = found.slice(0, -1);
    return [...found].length > 1 || /^\p{Nd}$/u.test(found) ? found : "";
  };

  const terms = (text) => {
    const found = new Set();
    for (const [one] of folded(text).matchAll(run)) {
      if (!first.test(one)) { found.add(word(one)); continue; }
      const letters = [...one];
      for (let at = 0; at < Math.max(1, letters.length - 1); at++) found.add(letters.slice(at, at + 2).join(""));
    }
    found.delete("");
    return [...found];
  };

  const crc32 = (text) => {
    let sum = -1;
    for (const byte of new TextEncoder().encode(text)) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
    }
    return ~sum >>> 0;
  };

  const given = new Map(); // name of a file -> what it holds
  const asked = new Map(); // name of a file -> promise of that
  window.syndicatorSearch = (name, data) => given.set(name, data);

  const load = (name, version) => { // a file of another version is another address: no cache mixes them
    if (!asked.has(name)) {
      asked.set(name, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = `search/${name}.js${version ? `?${version}` : ""}`;
        script.onload = () => { script.remove(); done(given.get(name)); };
        script.onerror = () => { script.remove(); asked.delete(name); failed(new Error(name)); };
        document.head.append(script);
      }));
    }
    return asked.get(name);
  };

  // The places of a term in a period; null where it is everywhere.
  const places = async ([period, version, , parts], term) => {
    const lines = await load(`${period}.t${crc32(term) % parts}`, version);
    const start = `\n${lines}`.indexOf(`\n${term} `);
    if (start < 0) return new Set();
    const steps = lines.slice(start + term.length + 1).split("\n", 1)[0];
    if (steps === "*") return null;
    let place = -1;
    return new Set(steps.split(",").map((step) => (place += parseInt(step, 36) + 1)));
  };

  // The places of a period that have all terms, newest first.
  const hits = async (period, wanted) => {
    let all = [...Array(period[2]).keys()];
    for (const term of wanted) {
      const found = await places(period, term);
      if (found) all = all.filter((place) => found.has(place));
      if (!all.length) return all; // the other terms are not asked for
    }
    return all.reverse();
  };

  // Yields nothing where many files were loaded for what it found.
  async function* results(wanted) {
    const periods = await load("index");
    let before = asked.size;
    for (let at = periods.length - 1; at >= 0; at--) {
      if (asked.size - before >= FILES) {
        yield null;
        before = asked.size;
      }
      for (const place of await hits(periods[at], wanted)) {
        const docs = await load(`${periods[at][0]}.d${Math.floor(place / DOCS)}`, periods[at][1]);
        yield docs[place % DOCS];
      }
    }
  }

  const item = ([title, url, day, source]) => {
    const made = document.createElement("li");
    const link = document.createElement("a");
    link.textContent = title;
    if (/^https?:\/\//.test(url)) link.href = url;
    const about = document.createElement("p");
    const time = document.createElement("time");
    time.dateTime = time.textContent = day;
    about.append(source, " · ", time);
    made.append(link, about);
    return made;
  };

  const form = document.querySelector("form.search");
  if (!form) { window.syndicatorTerms = terms; return; }
  const box = form.elements.q;
  const list = document.querySelector("#results");
  const said = document.querySelector("#said");
  const more = document.querySelector("#older");
  let running = 0;

  const show = async (mine, found) => {
    more.hidden = true;
    for (let shown = 0; shown < AT_ONCE; shown++) {
      const next = await found.next();
      if (mine !== running) return;
      const count = list.children.length;
      if (next.done) {
        said.textContent = count ? `${count} found.` : "Nothing found.";
        return;
      }
      if (next.value === null) break;
      list.append(item(next.value));
    }
    said.textContent = list.children.length ? `The newest ${list.children.length}.` : "Nothing among the newest stories.";
    more.hidden = false;
    more.onclick = () => guarded(mine, found);
  };

  const guarded = (mine, found) => show(mine, found).catch(() => { said.textContent = "The search could not be loaded."; });

  const search = () => {
    const mine = ++running;
    const wanted = terms(box.value).sort((one, other) => other.length - one.length); // long ones are rare
    list.replaceChildren();
    more.hidden = true;
    said.textContent = wanted.length ? "Searching …" : "";
    if (wanted.length) guarded(mine, results(wanted));
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (location.protocol !== "file:") history.replaceState(null, "", `?${new URLSearchParams({ q: box.value })}`);
    search();
  });
  form.hidden = false;
  box.value = new URLSearchParams(location.search).get("q") || "";
  search();
})();
