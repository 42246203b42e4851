// A route that is loaded with its style sheet only when it is shown, as bundlers have it.
const style = (href) => new Promise((done, failed) => {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href, onload: done, onerror: failed });
  document.head.append(link);
});
const routes = { "/lazy-modules/": () => import("./route.js") };
const [route] = await Promise.all([routes[new URL(".", location.href).pathname](), style("route.css")]);
await route.open();
