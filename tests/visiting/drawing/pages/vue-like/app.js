// Templates in the page, filled when the state changes, as Vue has them.
const root = document.getElementById("app");
const template = root.innerHTML;
const fill = (text, scope) => text.replace(/{{\s*(\w+)\s*}}/g, (_, name) => scope[name] ?? "");
function compile(node, scope) {
  if (node.nodeType === Node.TEXT_NODE) { node.data = fill(node.data, scope); return; }
  const shown = node.getAttribute("v-if"), loop = node.getAttribute("v-for");
  if (shown && !scope[shown]) { node.remove(); return; }
  node.removeAttribute("v-if");
  if (loop) {
    const [name, , list] = loop.split(" ");
    node.removeAttribute("v-for");
    for (const value of scope[list] || []) {
      const copy = node.cloneNode(true);
      compile(copy, { ...scope, [name]: value });
      node.before(copy);
    }
    node.remove();
    return;
  }
  for (const { name } of [...node.attributes]) {
    if (name.startsWith(":")) {
      node.setAttribute(name.slice(1), scope[node.getAttribute(name)]);
      node.removeAttribute(name);
    }
  }
  [...node.childNodes].forEach((child) => compile(child, scope));
}
const state = new Proxy({}, { set(target, name, value) {
  target[name] = value;
  root.innerHTML = template;
  [...root.childNodes].forEach((child) => compile(child, target));
  return true;
} });
state.title = "";
const request = new XMLHttpRequest();
request.open("GET", "../article.json");
request.onload = () => Object.assign(state, JSON.parse(request.responseText));
request.send();
