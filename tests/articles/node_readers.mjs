// What gray-matter and a schema as Astro's content collections have it make of files: a JSON document a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const matter = require("gray-matter");
const { z } = require("zod");
const schema = z.object({
  title: z.string(),
  date: z.coerce.date(),
  excerpt: z.string(),
  coverImage: z.string(),
  author: z.string(),
  tags: z.array(z.string()),
  category: z.string(),
  source: z.string().url(),
});

for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { data, content } = matter(readFileSync(path, "utf8"));
  console.log(JSON.stringify({ path, front: data, typed: schema.parse(data), body: content }));
}
