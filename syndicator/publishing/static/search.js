// Searches the stories of this site in the browser: small files by period and term, the newest first. No words are sent
// anywhere. What a text is found by says core/text.py, and what an address asks for publishing/questions.py.
"use strict";
const syndicator = (() => {
  const unspaced = "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const marks = "\\u0591-\\u05bd\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u0900-\\u0963\\u0966-\\u0dff";
  const run = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{N}]|[${marks}])+`, "gu");
  const first = new RegExp(`^[${unspaced}]`, "u");
  const also = { "ß": "ss", "ς": "σ", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i" };
  const FILES = 24; // of terms, of 3 kB compressed at most, are loaded before it is asked whether to look further back
  const DOCS = 12;
  // As in searching/ranking.py: weights of title or tags; of excerpt, names or often in the text; of seldom in the text.
  const IN_TITLE = 6, CLEAR = 2, SEEN = 1;
  const SATURATION = 1.2; // k1 of BM25
  const STEP = 0.25; // stories whose scores differ less are equal

  const folded = (text) => {
    const plain = text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").normalize("NFC");
    return plain.replace(/[ßςæœøłđı]/g, (one) => also[one]);
  };

  const word = (text) => {
    let found = [...text].slice(0, 32).join("");
    if (found.length > 3 && /^[\x00-\x7f]+s$/.test(found) && !found.endsWith("ss")) found = found.slice(0, -1);
    return [...found].length > 1 || /^\p{Nd}$/u.test(found) ? found : "";
  };

  const words = (text) => [...folded(text).matchAll(run)].map(([one]) => (first.test(one) ? one : word(one))).filter(Boolean);

  const pairs = (text) => {
    const letters = [...text];
    return Array.from({ length: Math.max(1, letters.length - 1) }, (_, at) => letters.slice(at, at + 2).join(""));
  };

  const terms = (text) => [...new Set(words(text).flatMap((one) => (first.test(one) ? pairs(one) : [one])))];

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

  // How loudly a period's stories say a term, by their places: in title or tags, in the excerpt or often, or seldom.
  const said = async ([period, version, , parts], term) => {
    const lines = `\n${await load(`${period}.t${crc32(term) % parts}`, version)}`;
    const start = lines.indexOf(`\n${term} `);
    const steps = start < 0 ? [] : lines.slice(start + term.length + 2).split("\n", 1)[0].split(",");
    let place = -1;
    return new Map(steps.map((step) => [(place += parseInt(step, 36) + 1), step.endsWith("!") ? IN_TITLE : step.endsWith(".") ? CLEAR : SEEN]));
  };

  // The stories of a period with most of the words: how loudly each says each word.
  const withMost = async (period, list) => {
    const loud = new Map(); // place -> of each word
    for (const [number, term] of list.entries()) {
      for (const [place, weight] of await said(period, term)) {
        if (!loud.has(place)) loud.set(place, list.map(() => 0));
        loud.get(place)[number] = weight;
      }
    }
    return [...loud].map(([place, weights]) => ({ place, weights }));
  };

  const counted = (weights) => weights.filter(Boolean).length;

  // Sorts the best first: all words before most, then BM25 over what the files say, then the newest first.
  const rank = (stories, list, seen, counts) => {
    const rarity = counts.map((count) => Math.log(1 + (seen - count + 0.5) / (count + 0.5)));
    const score = ({ weights }) => weights.reduce((sum, weight, number) => sum + rarity[number] * weight * (SATURATION + 1) / (weight + SATURATION), 0);
    for (const one of stories) one.score = Math.round(score(one) / STEP);
    return stories.filter(({ weights }) => 2 * counted(weights) > list.length)
      .sort((one, other) => counted(other.weights) - counted(one.weights) || other.score - one.score || one.age - other.age);
  };

  // The stories of a period that are asked for.
  const places = async (period, { words = "", not = "", any = [], never = [] }) => {
    let all = Array.from({ length: period[2] }, (_, place) => place);
    const keep = (found, wanted) => { all = all.filter((place) => found.has(place) === wanted); };
    for (const term of terms(words).sort((one, other) => other.length - one.length)) { // long ones are rare
      if (!all.length) break;
      keep(await said(period, term), true);
    }
    for (const some of any) {
      const found = new Set();
      for (const term of all.length ? some : []) for (const at of (await said(period, term)).keys()) found.add(at);
      keep(found, true);
    }
    for (const one of new Set(syndicator.words(not))) {
      const every = [];
      for (const term of all.length ? terms(one) : []) every.push(await said(period, term));
      keep(new Set(every.length ? [...every[0].keys()].filter((at) => every.every((found) => found.has(at))) : []), false);
    }
    for (const term of never) if (all.length) keep(await said(period, term), false);
    return all.map((place) => ({ place }));
  };

  // Looks period by period, the newest first, and says after many files what it has: the stories, the best first (of a
  // question, the newest first), how many were looked at, and whether that was all.
  async function* find(question) {
    const periods = await load("index");
    const list = terms(question.search ?? "");
    const counts = list.map(() => 0);
    let before = asked.size, seen = 0, found = [];
    for (let at = periods.length - 1; at >= 0; at--) {
      const period = periods[at];
      for (const one of await (list.length ? withMost(period, list) : places(period, question))) {
        one.weights?.forEach((weight, number) => { counts[number] += weight ? 1 : 0; });
        found.push({ ...one, period, age: seen + period[2] - one.place });
      }
      seen += period[2];
      if (at && asked.size - before < FILES) continue;
      yield { found: list.length ? rank(found, list, seen, counts) : found.sort((one, other) => one.age - other.age), seen, all: !at };
      before = asked.size;
      found = [];
    }
  }

  const marked = (text, wanted) => { // with the words that were looked for as <mark>
    const made = [];
    const add = (part, hit) => {
      const mark = document.createElement("mark");
      mark.textContent = part;
      made.push(hit ? mark : part);
    };
    let end = 0;
    for (const { 0: one, index } of text.matchAll(run)) {
      add(text.slice(end, index), false);
      end = index + one.length;
      const letters = first.test(one) ? [...one] : [];
      const hit = pairs(folded(one)).map((pair) => wanted.has(pair));
      if (letters.length) letters.forEach((letter, at) => add(letter, hit[at] || hit[at - 1]));
      else add(one, wanted.has(word(folded(one))));
    }
    add(text.slice(end), false);
    return made;
  };

  const item = async ({ period, place }, text) => {
    const [title, url, day, source, excerpt] = (await load(`${period[0]}.d${Math.floor(place / DOCS)}`, period[1]))[place % DOCS];
    const wanted = new Set(terms(text));
    const [made, link, about, shown, time] = ["li", "a", "p", "p", "time"].map((name) => document.createElement(name));
    link.append(...marked(title, wanted));
    if (/^https?:\/\//.test(url)) link.href = url;
    time.dateTime = time.textContent = day;
    about.append(source, " · ", time);
    shown.className = "snippet";
    shown.append(...marked(excerpt, wanted));
    made.append(link, ...(excerpt ? [shown] : []), about);
    return made;
  };

  // The address of a question; words as they are compared, in order.
  const stem = (parts) => {
    const of = (kind, values) => (kind.endsWith("words") ? (values.length ? [`${kind}.${values.join("-")}`] : []) : values.map((one) => `${kind}.${one}`));
    const order = ["tag", "category", "source", "not.tag", "not.category", "not.source", "not.lang", "not.words", "lang", "words"];
    const sorted = (kind) => [...new Set(parts[kind] ?? [])].sort((one, other) => (one < other ? -1 : 1));
    return `q/${order.flatMap((kind) => of(kind, sorted(kind))).map(encodeURIComponent).join("/")}`;
  };

  // Call `then` if something answers addresses of questions: it sets `isAnswered` by this script, whose file is empty.
  const whenAnswered = (then) => {
    const probe = document.createElement("script");
    probe.src = "q/answers.js";
    probe.onload = () => { if (syndicator.isAnswered) then(); };
    document.head.append(probe);
  };

  return { isAnswered: false, words, terms, find, item, stem, whenAnswered };
})();

(() => {
  const form = document.querySelector("form.search");
  if (!form) return;
  const AT_ONCE = 20;
  const box = form.elements.q;
  const [list, said, more, ask, subscribe, address, copy, refine] = ["results", "said", "older", "ask", "subscribe", "address", "copy", "refine"].map((id) => document.getElementById(id));
  let running = 0;

  const show = async (mine, looking, waiting = [], part = null) => {
    more.hidden = true;
    if (!waiting.length && !part?.all) ({ value: part } = await looking.next());
    const found = waiting.length ? waiting : part.found;
    for (const one of found.slice(0, AT_ONCE)) {
      const made = await syndicator.item(one, box.value);
      if (mine !== running) return;
      list.append(made);
    }
    const left = found.slice(AT_ONCE);
    const count = list.children.length;
    said.textContent = left.length ? `${count} of ${count + left.length} found among the newest ${part.seen} stories.`
      : part.all ? (count ? `${count} found.` : "Nothing found.") : `${count || "Nothing"} found among the newest ${part.seen} stories.`;
    more.hidden = part.all && !left.length;
    more.textContent = left.length ? "More results" : "Look at older stories";
    more.onclick = () => guarded(mine, looking, left, part);
  };

  const guarded = (...given) => show(...given).catch(() => { said.textContent = "The search could not be loaded."; });

  const search = () => {
    const words = syndicator.words(box.value);
    list.replaceChildren();
    more.hidden = true;
    said.textContent = words.length ? "Searching …" : "";
    ask.hidden = !words.length;
    const stem = syndicator.stem({ words });
    if (address) address.textContent = copy.dataset.copy = new URL(`${stem}.atom`, location.href).href;
    refine.href = `combine.html#${stem}`;
    if (words.length) guarded(++running, syndicator.find({ search: box.value }));
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (location.protocol !== "file:") history.replaceState(null, "", `?${new URLSearchParams({ q: box.value })}`);
    search();
  });
  if (subscribe) syndicator.whenAnswered(() => { subscribe.hidden = false; });
  form.hidden = false;
  box.value = new URLSearchParams(location.search).get("q") || "";
  search();
})();
