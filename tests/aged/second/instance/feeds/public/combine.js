"use strict";
// Counts the articles that a combination holds, and writes it as a query of feeds.toml. Called by combine-data.js.
function combine(articles) {
  const boxes = [...document.querySelectorAll(".combine input")];
  const matches = document.getElementById("matches");
  const lines = document.getElementById("lines");
  const send = document.getElementById("send");
  const copy = document.getElementById("copy-lines");
  const contact = send ? send.getAttribute("href") : "";
  const term = (box) => `${box.dataset.field}:"${box.dataset.value}"`;
  const update = () => {
    const kinds = new Map();
    const not = [];
    for (const box of boxes.filter((one) => one.checked)) {
      if (box.dataset.not) not.push(box);
      else kinds.set(box.dataset.field, [...(kinds.get(box.dataset.field) ?? []), box]);
    }
    const wanted = [...kinds.values()].map((some) => some.map((box) => +box.dataset.with));
    const barred = not.map((box) => +box.dataset.not);
    const found = articles.filter(
      (has) => wanted.every((some) => some.some((one) => has.includes(one))) && !barred.some((one) => has.includes(one)),
    );
    const parts = [...kinds.values()].map((some) => (some.length > 1 ? `(${some.map(term).join(" or ")})` : term(some[0])));
    const query = [...parts, ...not.map((box) => `not ${term(box)}`)].join(" and ");
    const label = (box) => box.closest("li").querySelector(".label").textContent;
    const names = [...new Set([...[...kinds.values()].flat().map(label), ...not.map((box) => `not ${label(box)}`)])];
    const slug = names.join(" ").normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60).replace(/-$/, "");
    matches.textContent = query ? `${found.length} of the newest ${articles.length} articles.` : "Nothing is ticked yet.";
    const toml = (text) => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);
    lines.textContent = query
      ? `[[feed]]\nslug = ${toml(slug || "combination")}\ntitle = ${toml(names.join(", "))}\nquery = ${toml(query)}\n`
      : "# tick something";
    copy.dataset.copy = lines.textContent;
    copy.hidden = !query || !navigator.clipboard;
    if (contact.startsWith("mailto:")) {
      send.href = `${contact}?subject=${encodeURIComponent("A feed, please")}&body=${encodeURIComponent(lines.textContent)}`;
    }
  };
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const row = box.closest("li");
      for (const other of row.querySelectorAll("input")) if (other !== box && box.checked) other.checked = false;
      update();
    });
  }
  update();
}
