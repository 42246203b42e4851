// The article, and below it a list that loads more whenever its end is near: it has no end.
fetch("../article.json").then((answer) => answer.json()).then(show);
let page = 0;
async function more() {
  const answer = await fetch(`more.json?page=${++page}`);
  for (const title of (await answer.json()).titles) {
    const item = document.createElement("li");
    item.innerHTML = `<a href="/news/${page}/${encodeURIComponent(title)}">${title} ${page}</a>`;
    document.getElementById("list").append(item);
  }
  setTimeout(more, 50);
}
new IntersectionObserver((entries, observer) => {
  if (entries[0].isIntersecting) { observer.disconnect(); more(); }
}).observe(document.getElementById("end"));
more();
