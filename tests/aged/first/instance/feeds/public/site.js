"use strict";
const field = document.getElementById("filter");
if (field) {
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll(".feeds li")].map((item) => [item, item.textContent.toLowerCase()]);
  field.parentElement.hidden = false;
  const sift = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [item, text] of items) {
      item.hidden = !words.every((word) => text.includes(word));
      count += item.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector("li:not([hidden])");
    found.textContent = words.length ? `${count} of ${items.length}` : "";
  };
  field.addEventListener("input", sift);
  if (field.value) sift();
}
const said = document.getElementById("said");
for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The browser did not allow it; select the address and copy it.";
    }
  });
}
