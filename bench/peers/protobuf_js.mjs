// Microseconds of one parse by protobufjs, the parser most JavaScript services use.
//
//     node protobuf_js.mjs FILE     (protobufjs installed in the working directory)
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const protobuf = createRequire(join(process.cwd(), "package.json"))("protobufjs");
const text = readFileSync(process.argv[2], "utf8");
let best = Infinity;
for (let round = 0; round < 8; round++) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < 60; i++) protobuf.parse(text, { keepCase: true });
  best = Math.min(best, Number(process.hrtime.bigint() - start) / 60 / 1000);
}
console.log(best.toFixed(1));
