"use strict";
// Shows while typing what a question finds, and the address of its feed.
(() => {
  const form = document.querySelector("form.combine");
  const fields = [...form.querySelectorAll("input")];
  const [matches, feed, address, copy, command, send, list, more] = ["matches", "feed", "address", "copy", "command", "send", "newest", "older"].map((id) => document.getElementById(id));
  const contact = send?.getAttribute("href") ?? "";
  const SHOWN = 6;
  let running = 0;

  const values = (field) => (field.type === "checkbox" ? (field.checked ? [field.value] : []) : syndicator.words(field.value));
  const asked = () => {
    const parts = {};
    for (const field of fields) (parts[field.dataset.kind] ??= []).push(...values(field));
    return parts;
  };

  const look = async (mine, looking, words, before = { count: 0, found: [] }) => {
    const { value: part } = await looking.next();
    if (mine !== running) return;
    const count = before.count + part.found.length;
    const newest = [...before.found, ...part.found].sort((one, other) => one.age - other.age).slice(0, SHOWN);
    matches.textContent = `${count} of ${part.all ? "all" : "the newest"} ${part.seen} stories.`;
    const items = [];
    for (const one of newest) items.push(await syndicator.item(one, words));
    if (mine !== running) return;
    list.replaceChildren(...items);
    more.hidden = part.all;
    more.onclick = () => look(mine, looking, words, { count, found: newest });
  };

  const update = () => {
    const mine = ++running;
    const parts = asked();
    const empty = !Object.values(parts).flat().length;
    const stem = syndicator.stem(parts);
    const facets = (kind) => (parts[kind] ?? []).map((value) => `${kind.replace("not.", "")}:${encodeURIComponent(value)}`);
    const kinds = ["tag", "category", "source", "lang"];
    feed.hidden = empty;
    history.replaceState(null, "", empty ? location.pathname : `#${stem}`);
    address.textContent = copy.dataset.copy = new URL(`${stem}.atom`, location.href).href;
    command.textContent = `syndicator build --question '${stem}'`;
    for (const link of document.querySelectorAll("[data-format]")) link.href = `${stem}.${link.dataset.format}`;
    if (contact.startsWith("mailto:")) send.href = `${contact}?subject=${encodeURIComponent("A feed, please")}&body=${encodeURIComponent(command.textContent)}`;
    if (empty) { matches.textContent = "Nothing is asked for yet."; return; }
    matches.textContent = "Looking …";
    const words = (parts.words ?? []).join(" ");
    const question = { words, not: (parts["not.words"] ?? []).join(" "), any: kinds.map(facets).filter((some) => some.length), never: kinds.flatMap((kind) => facets(`not.${kind}`)) };
    look(mine, syndicator.find(question), words).catch(() => { matches.textContent = "The search could not be loaded."; });
  };

  for (const part of decodeURIComponent(location.hash.slice(1)).replace(/^q\//, "").split("/")) {
    const [, kind, value] = part.match(/^((?:not\.)?[a-z]+)\.(.*)$/) ?? [];
    for (const field of fields.filter((one) => one.dataset.kind === kind)) {
      if (field.type !== "checkbox") field.value = value.replaceAll("-", " ");
      else if (field.value === value) field.checked = true;
    }
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    const row = target.closest("li");
    for (const other of row?.querySelectorAll("input") ?? []) if (other !== target && target.checked) other.checked = false;
    update();
  });
  const offered = document.getElementById("offered");
  if (offered) syndicator.whenAnswered(() => {
    offered.hidden = false;
    document.getElementById("unanswered").hidden = true;
  });
  update();
})();
