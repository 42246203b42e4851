"use strict";
// Filter of the page of all feeds.
const field = document.getElementById("filter");
if (field) {
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll(".feeds li")].map((item) => [item, item.textContent.toLowerCase()]);
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
// Without https a browser has no clipboard: select the address beside the button and copy that.
function copySelected(button) {
  const shown = button.parentElement.querySelector("code");
  if (!shown) return false;
  getSelection().selectAllChildren(shown);
  return document.execCommand("copy");
}
// Buttons that copy an address.
for (const button of document.querySelectorAll("button.copy")) {
  const said = button.parentElement.parentElement.querySelector(".said");
  button.hidden = false;
  button.addEventListener("click", async () => {
    let copied = false;
    try {
      if (navigator.clipboard) {
        await navigator.clipboard.writeText(button.dataset.copy);
        copied = true;
      } else {
        copied = copySelected(button);
      }
    } catch {
      copied = copySelected(button);
    }
    said.textContent = copied ? "Copied." : "The browser did not allow it; select the address and copy it.";
  });
}
// j and k lead to the next and the previous headline, o opens it, / searches.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, :popover-open")) return;
  const links = [...document.querySelectorAll(".headline, .story h3 a, .found a")].filter((link) => link.offsetParent);
  const at = links.indexOf(document.activeElement);
  if (event.key === "j") links[at + 1]?.focus();
  else if (event.key === "k") links[at - 1]?.focus();
  else if (event.key === "o" && at >= 0) links[at].click();
  else if (event.key === "/") {
    event.preventDefault();
    const search = document.querySelector("main input[type=search], .bar [href$='search.html']");
    search.matches("a") ? search.click() : search.focus();
  }
});
// How long ago a story of the last day is; older ones keep their time, which the page has in UTC.
for (const time of document.querySelectorAll(".by time, .line time")) {
  const minutes = Math.floor((Date.now() - new Date(time.dateTime)) / 60000);
  if (minutes < 0 || minutes >= 1440) continue;
  time.title ||= time.textContent;
  time.textContent = minutes < 1 ? "now" : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
