// A clock that never stands still, and a question to the server that is never answered with news.
setInterval(() => { document.getElementById("clock").textContent = String(Math.round(performance.now())); }, 20);
setInterval(() => fetch("news.json").catch(() => {}), 1500);
fetch("../article.json").then((answer) => answer.json()).then(show);
