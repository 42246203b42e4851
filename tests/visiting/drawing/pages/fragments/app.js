// Elements that name the fragment to put in their place, which may name others, as htmx has them.
async function fill(root) {
  for (const holder of root.querySelectorAll("[data-load]")) {
    const answer = await fetch(holder.dataset.load, { headers: { "X-Requested-With": "fragments" } });
    const range = document.createRange().createContextualFragment(await answer.text());
    await fill(range);
    holder.replaceWith(range);
  }
}
fill(document);
