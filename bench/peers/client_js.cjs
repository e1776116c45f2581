'use strict'
// npm @confluentinc/schemaregistry's serializers on the record of bench/client_avro.c.
//
//     client_js.cjs REGISTRY DATA DESCRIPTORS      prints "name nanoseconds" per line, the best of many rounds

const fs = require('node:fs')
const path = require('node:path')
const { createFileRegistry, fromBinary, fromJson } = require('@bufbuild/protobuf')
const { FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt')
const sr = require('@confluentinc/schemaregistry')

const ROUNDS = 60
const BATCH = 50

async function best (call) {
  let least = Infinity
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.hrtime.bigint()
    for (let k = 0; k < BATCH; k++) await call()
    least = Math.min(least, Number(process.hrtime.bigint() - start) / BATCH)
  }
  return least
}

async function main () {
  const [url, data, descriptors] = process.argv.slice(2)
  const read = name => fs.readFileSync(path.join(data, name), 'utf8')
  const record = JSON.parse(read('order.json'))
  const client = new sr.SchemaRegistryClient({ baseURLs: [url] })
  await client.register('js-avro-value', { schemaType: 'AVRO', schema: read('order.avsc') })
  await client.register('js-json-value', { schemaType: 'JSON', schema: read('order.schema.json') })
  const given = { autoRegisterSchemas: false, useLatestVersion: true }
  const files = createFileRegistry(fromBinary(FileDescriptorSetSchema, fs.readFileSync(descriptors)))
  const message = fromJson(files.getMessage('Order'), record)
  const strict = { validate: true, allowUnionTypes: true }
  const pairs = {
    avro: [new sr.AvroSerializer(client, sr.SerdeType.VALUE, given),
      new sr.AvroDeserializer(client, sr.SerdeType.VALUE, {}), record],
    json: [new sr.JsonSerializer(client, sr.SerdeType.VALUE, { ...given, ...strict }),
      new sr.JsonDeserializer(client, sr.SerdeType.VALUE, strict), record],
    proto: [new sr.ProtobufSerializer(client, sr.SerdeType.VALUE, { autoRegisterSchemas: true, registry: files }),
      new sr.ProtobufDeserializer(client, sr.SerdeType.VALUE, {}), message]
  }
  for (const [name, [writer, reader, value]] of Object.entries(pairs)) {
    const topic = `js-${name}`
    const frame = await writer.serialize(topic, value)
    await reader.deserialize(topic, frame)
    console.log(`${name}-write ${(await best(() => writer.serialize(topic, value))).toFixed(1)}`)
    console.log(`${name}-read ${(await best(() => reader.deserialize(topic, frame))).toFixed(1)}`)
  }
}

main().catch(err => {
  console.error(err)
  process.exit(1)
})
