import { load } from "./data.js";
export async function open() {
  const article = await load();
  const main = document.querySelector("main");
  main.innerHTML = "<article></article>";
  const shown = main.firstChild;
  shown.insertAdjacentHTML("beforeend", `<h1>${article.title}</h1>`);
  shown.insertAdjacentHTML("beforeend", `<p class="byline">By <a rel="author" href="/by/ida">${article.author}</a> <time datetime="${article.date}">${article.date}</time></p>`);
  for (const text of article.paragraphs) shown.insertAdjacentHTML("beforeend", `<p>${text}</p>`);
  history.replaceState({}, "", "?shown");
}
