function show(article) {
  const text = (tag, content) => { const element = document.createElement(tag); element.textContent = content; return element; };
  const byline = document.createElement("p");
  byline.className = "byline";
  byline.innerHTML = `By <a rel="author" href="/by/ida">${article.author}</a> <time datetime="${article.date}">${article.date}</time>`;
  const shown = document.createElement("article");
  shown.append(text("h1", article.title), byline, ...article.paragraphs.map((each) => text("p", each)));
  document.querySelector("main").replaceChildren(shown);
}
