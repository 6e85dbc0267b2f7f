// Reads AsyncAPI documents with AsyncAPI's own parser and prints, as JSON, what it found in each:
// {"<file>": {"diagnostics": [{severity, code, path, message}], "operations": [...], "messages": <count>}}.
// Severity 0 is an error, 1 a warning, 2 information, 3 a hint. Run by tests/asyncapi/test_asyncapi.py.
//
// For AsyncAPI 3 the parser leaves two things out, so they are asked here: its Avro part whether a payload is an Avro schema, and
// whether each example fits its headers and payload.
import { readFileSync } from "node:fs";
import { AvroSchemaParser } from "@asyncapi/avro-schema-parser";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const avro = AvroSchemaParser();
const parser = new Parser();
parser.registerSchemaParser(avro);

const error = (code, path, message) => ({ severity: 0, code, path, message });

async function schemaFaults(messages) {
  const faults = [];
  for (const message of messages) {
    const { schemaFormat, "x-parser-original-payload": data } = message.json().payload ?? {};
    if (!schemaFormat?.includes("avro")) continue;
    for (const { message: said } of await avro.validate({ data, schemaFormat, path: [], meta: {} }))
      faults.push(error("avro-schema", `components.messages.${message.id()}.payload.schema`, said));
  }
  return faults;
}

function exampleFaults(messages) {
  const faults = [];
  for (const message of messages) {
    const { payload, headers } = message.json();
    const schemas = { payload: payload?.schema ?? payload, headers };
    for (const example of message.examples().all()) {
      for (const [part, schema] of Object.entries(schemas)) {
        if (!schema) continue;
        const ajv = new Ajv({ strict: false, allErrors: true });
        addFormats(ajv);
        const fits = ajv.compile(plain(schema));
        if (!fits(example[part]()))
          for (const { instancePath, message: said } of fits.errors)
            faults.push(error("example", `components.messages.${message.id()}.examples.${part}${instancePath}`, said));
      }
    }
  }
  return faults;
}

// Without the parser's own marks (x-parser-...), which make a schema circular in the eyes of others.
const plain = (schema) => JSON.parse(JSON.stringify(schema, (key, value) => (key.startsWith("x-parser") ? undefined : value)));

const found = {};
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(readFileSync(file, "utf8"), { source: file });
  const said = diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path: path.join("."), message }));
  const messages = document?.components().messages().all() ?? [];
  said.push(...(await schemaFaults(messages)), ...exampleFaults(messages));
  found[file] = {
    diagnostics: said,
    operations: document ? document.operations().all().map((operation) => operation.id()) : [],
    messages: messages.length,
  };
}
process.stdout.write(JSON.stringify(found));
