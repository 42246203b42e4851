"use strict";
// What becomes of what was asked for: the strip follows its job, and a page that waits for one is loaded again.
const followed = new Set();
const strip = async (id) => {
  const answer = await fetch(`/jobs/${id}`);
  const old = document.getElementById("strip");
  if (!answer.ok || !old) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("strip");
  old.replaceWith(made);
  if (window.htmx) htmx.process(made);
};
const follow = () => {
  const job = document.querySelector("#strip [data-job]")?.dataset.job;
  if (!job || followed.has(job)) return;
  followed.add(job);
  const waits = document.querySelector(`[data-wait="${job}"]`);
  const events = new EventSource(`/jobs/${job}/events`);
  events.onmessage = (event) => {
    const now = JSON.parse(event.data);
    if (now.ended || now.status === "building") (waits ? location.reload() : strip(job));
    else {
      const bar = document.querySelector("#strip progress");
      if (bar && now.total) { bar.max = now.total; bar.value = now.done; } else if (now.total || now.status === "running") strip(job);
    }
    if (now.ended) events.close();
  };
};
new MutationObserver(follow).observe(document.body, { childList: true, subtree: true });
follow();

// An item that something was asked for steps back.
document.addEventListener("submit", (event) => {
  const item = event.target.closest(".item");
  if (item && event.target.getAttribute("hx-post")) item.classList.add("said");
});

// Keys.
let at = -1;
let leading = false;
const places = { t: "/", d: "/add", a: "/articles", s: "/sources", l: "/tags", h: "/changes" };
const go = (step) => {
  const items = [...document.querySelectorAll(".item")];
  if (!items.length) return;
  items[at]?.classList.remove("at");
  at = Math.max(0, Math.min(items.length - 1, at + step));
  items[at].classList.add("at");
  items[at].scrollIntoView({ block: "nearest" });
  items[at].querySelector("a[href], summary, button, input:not([type=hidden])")?.focus({ preventScroll: true });
};
const press = (where, key) => where?.querySelector(`[data-key="${key}"]`)?.click();
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const item = document.querySelectorAll(".item")[at];
  const led = leading;
  leading = false;
  if (led && places[event.key]) location.href = places[event.key];
  else if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "g") leading = true;
  else if (event.key === "c") press(item, "c");
  else if (event.key === "e") item?.querySelector("input[name=tags]")?.focus();
  else if (event.key === "u") press(document.getElementById("strip"), "u");
  else if (event.key === "/") document.querySelector("input[data-key='/']")?.focus();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else return;
  event.preventDefault();
});

// A file of OPML is read into its field.
for (const place of document.querySelectorAll("[data-file-for]")) {
  const field = document.querySelector(`textarea[name="${place.dataset.fileFor}"]`);
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".opml,.xml,text/xml";
  label.append("From a file: ", input);
  place.append(label);
  input.addEventListener("change", async () => { if (input.files[0]) field.value = await input.files[0].text(); });
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
