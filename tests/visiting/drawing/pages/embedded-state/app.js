// The article is in the page as data, and shown by a script, as servers of single-page sites send it.
show(JSON.parse(document.getElementById("state").textContent).props.article);
