// The site's data come from a worker, half a second after the page.
setTimeout(() => {
  const worker = new Worker("worker.js");
  worker.onmessage = (message) => show(message.data);
  worker.postMessage("../article.json");
}, 500);
