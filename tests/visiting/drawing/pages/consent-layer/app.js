// A layer over the page that asks for consent. The article is below it; nothing is stored without a click.
const layer = document.createElement("div");
layer.className = "consent-layer";
layer.setAttribute("role", "dialog");
layer.innerHTML = `<h2>We value your privacy</h2>
<p>We and our 812 partners store information on your device.</p>
<button id="accept">Accept all</button> <button>Manage options</button>`;
document.body.append(layer);
document.body.style.overflow = "hidden";
document.getElementById("accept").addEventListener("click", () => fetch("consented.json").then(() => layer.remove()));
fetch("../article.json").then((answer) => answer.json()).then(show);
