// A library of elements, hooks and renders, as React has them, and a page made with it.
const h = (type, props, ...children) => ({ type, props: props || {}, children: children.flat() });
let states = [], cursor = 0, effects = [];
function useState(initial) {
  const place = cursor++;
  if (!(place in states)) states[place] = initial;
  return [states[place], (value) => { states[place] = value; queueMicrotask(draw); }];
}
function useEffect(effect) {
  const place = cursor++;
  if (!(place in states)) { states[place] = true; effects.push(effect); }
}
function create(node) {
  if (typeof node === "string") return document.createTextNode(node);
  if (typeof node.type === "function") return create(node.type(node.props));
  const element = document.createElement(node.type);
  for (const [name, value] of Object.entries(node.props)) element.setAttribute(name, value);
  element.append(...node.children.map(create));
  return element;
}
function App() {
  const [article, setArticle] = useState(null);
  useEffect(() => { fetch("../article.json").then((answer) => answer.json()).then(setArticle); });
  if (!article) return h("p", { class: "loading" }, "Loading …");
  return h("main", null, h("article", null,
    h("h1", null, article.title),
    h("p", { class: "byline" }, "By ", h("a", { rel: "author", href: "/by/ida" }, article.author), " ",
      h("time", { datetime: article.date }, article.date)),
    article.paragraphs.map((text) => h("p", null, text))));
}
function draw() {
  cursor = 0;
  document.getElementById("root").replaceChildren(create(h(App)));
  effects.splice(0).forEach((effect) => effect());
}
draw();
