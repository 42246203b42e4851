"use strict";
const root = new URL("..", document.currentScript.src).pathname; // behind a proxy the console may stand under a path
const all = (css, where = document) => [...where.querySelectorAll(css)];
const fragment = async (answer, id) =>
  answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id) : null;

// Jobs, oldest first: they are done in this order, so that only the first is asked for. The strip shows the newest.
const jobs = new Map(); // id -> rows that it changes
const show = (strip) => {
  document.getElementById("strip").replaceWith(strip);
  if (window.htmx) htmx.process(strip);
};
const renew = async () => {
  const list = document.getElementById("many");
  const made = list && (await fragment(await fetch(location.href), "many"));
  if (!made) return;
  list.replaceWith(made);
  reveal();
  go(0);
};
const poll = async () => {
  for (const id of jobs.keys()) {
    const strip = await fragment(await fetch(`${root}jobs/${id}`), "strip");
    const job = strip?.querySelector(".job");
    const rows = jobs.get(id);
    const built = job?.classList.contains("building");
    if (built) for (const row of rows) row.classList.add("done");
    if (job?.dataset.job && !(built && document.querySelector("[data-wait]"))) {
      const fresh = built && !document.querySelector("#strip .building");
      if (jobs.size === 1 && (fresh || strip.querySelector("progress"))) show(strip);
      break;
    }
    jobs.delete(id);
    if (document.querySelector(`[data-wait="${id}"]`)) return location.reload();
    if (!strip) continue;
    if (!jobs.size || job.classList.contains("failed")) show(strip);
    if (job.classList.contains("failed") || (jobs.size && job.dataset.act === "undo")) await renew();
    else if (rows[0]?.matches("tr")) await renew();
    else for (const row of rows) row.classList.add("done");
  }
  if (jobs.size) setTimeout(poll, 250);
};
const follow = (rows = []) => {
  const undo = document.querySelector("#strip .job[data-act=undo]:not([data-job], .seen)");
  undo?.classList.add("seen");
  if (undo) renew();
  const id = document.querySelector("#strip [data-job]")?.dataset.job ?? document.querySelector("[data-wait]")?.dataset.wait;
  if (!id || jobs.has(id)) return;
  jobs.set(id, rows);
  if (jobs.size === 1) poll();
};
new MutationObserver(() => follow()).observe(document.body, { childList: true, subtree: true });
follow();
const ask = async (action, fields, rows) => {
  const body = new URLSearchParams(fields);
  body.set("token", document.querySelector("[name=token]").value);
  for (const row of rows) row.classList.add("said");
  const strip = await fragment(await fetch(root + action, { method: "POST", body, headers: { "hx-request": "true" } }), "strip");
  if (!strip) return location.reload();
  show(strip);
  follow(rows);
};

// From the last row of a page on to the first one of the next page, and back.
const turn = (rel, row) => {
  const link = document.querySelector(`.turn a[rel=${rel}]`);
  if (!link) return false;
  sessionStorage.setItem("row", row);
  link.click();
  return true;
};
// Rows: the one at hand, those that are selected, and what is changed of them.
let at = -1;
const items = () => all(".item");
const go = (step) => {
  const list = items();
  if (!list.length || (at < 0 && !step)) return;
  if (at + step >= list.length && turn("next", "first")) return;
  if (at >= 0 && at + step < 0 && turn("prev", "last")) return;
  list[at]?.classList.remove("at");
  at = Math.max(0, Math.min(list.length - 1, at + step));
  list[at].classList.add("at");
  list[at].scrollIntoView({ block: "nearest" });
  list[at].querySelector("a[href], summary, button, input:not([type=hidden])")?.focus({ preventScroll: true });
};
const turned = sessionStorage.getItem("row");
sessionStorage.removeItem("row");
if (turned) {
  at = turned === "last" ? items().length - 1 : 0;
  go(0);
}
// The beginning of an article's text, below its row while it is asked for.
const peek = async (row) => {
  const button = row?.querySelector(".peek");
  if (!button) return;
  const shown = row.querySelector(".beginning");
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) return shown.remove();
  const id = button.dataset.peek;
  const made = await fragment(await fetch(`${root}articles/${id}/beginning`), `beginning-${id}`);
  if (made && !row.querySelector(".beginning")) row.append(made);
};
const reveal = () => { for (const button of all(".peek")) button.hidden = false; }; // without a script it would do nothing
reveal();
const selected = () => {
  const found = all(".item:has([name=id]:checked)");
  return found.length ? found : items()[at]?.querySelector("[name=id]") ? [items()[at]] : [];
};
const count = () => {
  const number = all(".item [name=id]:checked").length;
  const place = document.querySelector("[data-selected]");
  if (place) place.textContent = number ? `${number} selected` : `${all(".item [name=id]").length} shown`;
};
const past = (rows) => {
  const left = document.querySelector("[data-left]");
  const fresh = rows.filter((row) => !row.matches(".said, .done")).length;
  if (left) left.textContent = Math.max(0, Number(left.textContent.replace(",", "")) - fresh).toLocaleString("en");
  for (const box of all("[name=id]:checked")) box.checked = false;
  count();
  if (rows.length === 1 && rows[0] === items()[at]) go(1);
};
const each = (act, rows, fields = []) => {
  if (!rows.length) return;
  past(rows);
  ask("each", [["act", act], ...rows.map((row) => ["id", row.querySelector("[name=id]").value]), ...fields], rows);
};
const chip = (kind, text) => Object.assign(document.createElement("span"), { className: `chip ${kind}`, textContent: text });
const tagsOf = (row) => all(".tag", row).map((one) => one.textContent);
const draw = (row, category, tags) => {
  const made = [chip(category ? "category" : "category none", category || "no category"), ...tags.map((tag) => chip("tag", tag))];
  row.querySelector(".chips").replaceChildren(...made.flatMap((one) => [one, " "]));
};
const categoryOf = (row) => row.querySelector(".category:not(.none)")?.textContent ?? "";

// A chip is edited where it stands: names are completed, and a category has a number.
const edit = (kind, rows) => {
  const [first] = rows;
  const cell = first?.querySelector(".chips");
  if (!cell) return;
  const before = [...cell.childNodes];
  const names = kind === "category" ? all("select[name=category] option").slice(1).map((one) => one.text) : all("#tag-names option").map((one) => one.value);
  const was = tagsOf(first);
  const input = document.createElement("input");
  const menu = document.createElement("ol");
  input.setAttribute("aria-label", kind === "category" ? "Category" : "Tags");
  input.value = kind === "tags" && rows.length === 1 ? [...was, ""].join(", ") : "";
  menu.className = "menu";
  cell.replaceChildren(input, menu);
  const word = () => input.value.split(",").at(-1).trim().toLowerCase();
  const fits = () => names.filter((name) => name.toLowerCase().startsWith(word())).slice(0, 9);
  const close = () => { cell.replaceChildren(...before); first.querySelector("a").focus({ preventScroll: true }); };
  const done = (text) => {
    close();
    if (kind === "category") {
      for (const row of rows) draw(row, text || categoryOf(row), tagsOf(row));
      return each("confirm", rows, text ? [["category", text]] : []);
    }
    const tags = [...new Set(text.split(",").map((one) => one.trim()).filter(Boolean))];
    if (rows.length > 1) {
      for (const row of rows) draw(row, categoryOf(row), [...new Set([...tagsOf(row), ...tags])]);
      return each("confirm", rows, [["tags", tags.join(", ")]]);
    }
    draw(first, categoryOf(first), tags);
    past(rows);
    return ask("operations/set-tags", { id: first.querySelector("[name=id]").value, tags: tags.join(", "), seen: was.join("\n") }, rows);
  };
  let unknown = ""; // a name that no article has, typed once: Enter again makes it
  const makeCategory = (name) => {
    const closed = document.querySelector("select[name=category][data-closed]");
    if (unknown === name && !closed) return done(name);
    unknown = name;
    const line = document.createElement("li");
    line.setAttribute("role", "alert");
    const cure = closed ? "The page Tags adds categories." : "Enter again: make this category.";
    line.textContent = `There is no “${name}”. ${cure} Esc: leave it.`;
    menu.replaceChildren(line);
  };
  const take = (name) => {
    if (kind === "category") return done(name);
    input.value = [...input.value.split(",").slice(0, -1).map((one) => one.trim()), name, ""].join(", ");
    input.focus();
    return list();
  };
  const list = () =>
    menu.replaceChildren(...fits().map((name, number) => {
      const line = document.createElement("li");
      line.textContent = kind === "category" ? `${number + 1}  ${name}` : name;
      line.addEventListener("mousedown", (event) => { event.preventDefault(); take(name); });
      return line;
    }));
  input.addEventListener("input", list);
  input.addEventListener("blur", () => cell.contains(input) && close());
  input.addEventListener("keydown", (event) => {
    const picked = kind === "category" && fits()[Number(event.key) - 1];
    if (event.key === "Escape") close();
    else if (picked) done(picked);
    else if (event.key === "Tab" && word() && fits().length) take(fits()[0]);
    else if (event.key === "Enter" && kind === "category" && word() && !fits().length) makeCategory(input.value.trim());
    else if (event.key === "Enter" && kind === "category") done(word() ? fits()[0] : "");
    else if (event.key === "Enter") {
      const exact = names.some((name) => name.toLowerCase() === word());
      if (word() && !exact && fits().length) take(fits()[0]);
      done(input.value);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list();
  input.focus();
};
document.addEventListener("click", (event) => {
  const opened = event.target.closest(".peek");
  if (opened) peek(opened.closest(".row"));
  const chosen = event.target.closest(".row .chip");
  if (chosen) edit(chosen.matches(".category") ? "category" : "tags", [chosen.closest(".row")]);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) for (const box of all(".item:not(.said, .done) [name=id]")) box.checked = event.target.checked;
  count();
});
document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (target.id === "many" && submitter?.name === "act") {
    event.preventDefault();
    const fields = ["category", "tags", "every"].map((name) => [name, target.elements[name]?.value ?? ""]);
    each(submitter.value, selected(), fields);
  } else if (target.getAttribute("hx-post")) target.closest(".item")?.classList.add("said"); // it steps back
});

// Keys.
let leading = false;
const places = { t: "", d: "add", a: "articles", s: "sources", l: "tags", h: "changes", e: "settings" };
const press = (where, key) => where?.querySelector(`[data-key="${key}"]`)?.click();
const hide = (rows) => rows[0]?.querySelector(".chips") && each(rows[0].matches("[data-hold]") ? "release" : "hide", rows);
const keys = {
  j: () => go(1),
  k: () => go(-1),
  x: () => items()[at]?.querySelector("[name=id]")?.click(),
  "*": () => document.querySelector("[data-all]")?.click(),
  c: () => edit("category", selected()),
  t: () => edit("tags", selected()),
  h: () => hide(selected()),
  w: () => selected()[0]?.querySelector(".chips") && each("withdraw", selected()),
  p: () => document.querySelector("#many [value=rest]")?.click(),
  e: () => items()[at]?.querySelector("a[href]")?.click(),
  v: () => peek(items()[at]),
  y: () => press(items()[at], "y"),
  u: () => press(document.getElementById("strip"), "u"),
  g: () => { leading = true; },
  "/": () => document.querySelector("input[data-key='/']")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const led = leading;
  leading = false;
  if (led && event.key in places) location.href = root + places[event.key];
  else if (Object.hasOwn(keys, event.key)) keys[event.key]();
  else return;
  event.preventDefault();
});

// Files that are chosen or dropped, also in a folder, are read into their field: OPML, or addresses.
for (const place of all("[data-file-for]")) {
  const field = document.querySelector(`textarea[name="${place.dataset.fileFor}"]`);
  const input = Object.assign(document.createElement("input"), { type: "file", accept: ".opml,.xml,.txt,text/xml" });
  const label = document.createElement("label");
  label.append("From a file, or drop one or a folder anywhere: ", input);
  place.append(label);
  const read = async (file) => { if (file) field.value = await file.text(); };
  const within = (entry) => new Promise((done) => {
    if (!entry) done(null);
    else if (entry.isFile) entry.file(done);
    else entry.createReader().readEntries((entries) => done(within(entries.find((one) => /\.(opml|xml|txt)$/i.test(one.name)))));
  });
  input.addEventListener("change", () => read(input.files[0]));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", async (event) => {
    const entry = event.dataTransfer.items[0]?.webkitGetAsEntry?.();
    if (!entry) return;
    event.preventDefault();
    field.closest("details").open = true;
    read(await within(entry));
  });
}

// Mend: what is pointed to in the frame, whose origin is its own, becomes selectors; a chosen one goes into its field.
const frame = document.getElementById("page");
const asking = document.getElementById("point");
if (frame && asking) {
  addEventListener("message", async (event) => {
    if (event.source !== frame.contentWindow || !Number.isInteger(event.data?.pointed)) return;
    asking.elements.number.value = event.data.pointed;
    const body = new URLSearchParams(new FormData(asking));
    const answer = await fetch(asking.action, { method: "POST", body, headers: { "hx-request": "true" } });
    const text = await answer.text();
    const made = answer.ok && new DOMParser().parseFromString(text, "text/html").getElementById("pointed");
    const place = document.getElementById("pointed");
    if (made) place.replaceWith(made);
    else place.textContent = text;
    document.querySelector("#pointed :is(.use, .choose)")?.focus({ preventScroll: true });
    if (made?.dataset.light) light(made);
  });
  const light = (lit) =>
    frame.contentWindow.postMessage({ light: lit.dataset.light.split(" ").filter(Boolean).map(Number) }, "*");
  for (const kind of ["mouseover", "focusin"])
    document.addEventListener(kind, (event) => {
      const lit = event.target.closest?.("[data-light]");
      if (lit) light(lit);
    });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".use");
    if (!button) return;
    const field = document.querySelector(`.rules textarea[name="${button.dataset.role}"]`);
    const many = ["select", "remove"].includes(button.dataset.role) ? field.value.split("\n").filter(Boolean) : [];
    if (!many.includes(button.dataset.selector)) many.push(button.dataset.selector);
    field.value = many.join("\n");
    field.rows = many.length;
    light(button);
  });
}
