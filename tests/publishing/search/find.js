// Searches files on the disk as a page does: `node find.js search.js PUBLIC`, a JSON list of searches on standard input;
// prints the numbers of the first ten stories of each, as their addresses end.
const fs = require("fs"), vm = require("vm");
const [, , source, folder] = process.argv;
const window = {};
const document = {
  querySelector: () => null,
  createElement: () => ({ remove() {} }),
  head: {
    append(script) {
      const file = `${folder}/${script.src.split("?")[0]}`;
      setImmediate(() => {
        vm.runInContext(fs.readFileSync(file, "utf8"), context);
        script.onload();
      });
    },
  },
};
const context = vm.createContext({ window, document, TextEncoder, URL, syndicatorSearch: (...given) => window.syndicatorSearch(...given) });
vm.runInContext(`${fs.readFileSync(source, "utf8")}; window.api = syndicator;`, context);
(async () => {
  const answers = [];
  for (const words of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const { value } = await window.api.find({ search: words }).next();
    answers.push(value.found.slice(0, 10).map(({ period, place }) => [period[0], place]));
  }
  console.log(JSON.stringify(answers));
})();
