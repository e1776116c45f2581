// The same figure for ajv, the validator most JavaScript services use: the schema compiled once, the
// instance parsed once. Needs `npm install ajv` in the folder it is run from (NODE_PATH or cwd).
//
//     node jsonschema_ajv.mjs [SCHEMA INSTANCE]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const Ajv = require("ajv").default;

const [schemaPath = "bench/data/event.schema.json", instancePath = "bench/data/event.json"] =
  process.argv.slice(2);
const schema = JSON.parse(readFileSync(schemaPath, "utf8"));
const text = readFileSync(instancePath, "utf8");
const instance = JSON.parse(text);

// Formats are annotations, as in the other programs.
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

const ROUNDS = 5;
const ROUND_NS = 300_000_000n;

function bestNs(step) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    let count = 0;
    let spent;
    do {
      for (let i = 0; i < 1000; i++) step();
      count += 1000;
      spent = process.hrtime.bigint() - start;
    } while (spent < ROUND_NS);
    best = Math.min(best, Number(spent) / count);
  }
  return best;
}

function check(value) {
  if (!validate(value)) {
    console.error(validate.errors);
    process.exit(1);
  }
}

console.log(`ajv validate ${bestNs(() => check(instance)).toFixed(0)} ns`);
console.log(`ajv parse+validate ${bestNs(() => check(JSON.parse(text))).toFixed(0)} ns`);
