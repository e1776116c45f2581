'use strict'
// The npm client `@kafkajs/confluent-schema-registry` as a worker of the client matrix (../README.md).
//
// `register` is the package's own way of registering: it reads the subject's compatibility level,
// posts the schema and then sets the level. The package neither writes nor reads the message indexes
// of Protobuf frames and its JSON Schema validator knows draft 7 only, so Protobuf is not among its
// formats here and JSON frames of a 2020-12 schema are not among what it reads.

const fs = require('node:fs')
const path = require('node:path')
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry')
const { fromWireForm, schemaText, serve, toWireForm, transport } = require('./worker')

const wire = transport('kafkajs')
const TYPES = { avro: SchemaType.AVRO, json: SchemaType.JSON }

const HELLO = {
  client: 'kafkajs',
  package: '@kafkajs/confluent-schema-registry ' + version(),
  formats: {
    avro: { register: 'client', new: 'reader', old: 'reader' },
    json: { register: 'client', new: 'writer', old: 'writer', cannotRead: ['go'] }
  },
  inferred: [],
  header: [],
  references: ['avro', 'json'],
  pinned: []
}

function version () {
  const entry = require.resolve('@kafkajs/confluent-schema-registry')
  return JSON.parse(fs.readFileSync(path.join(entry, '../../package.json'), 'utf8')).version
}

function newRegistry () {
  return new SchemaRegistry(
    { host: process.env.REGISTRY_URL, retry: { retries: 0 } },
    { [SchemaType.JSON]: { allowUnionTypes: true } })
}

async function schemaId (registry, req) {
  const subject = `${req.topic}-value`
  const schema = {
    type: TYPES[req.format],
    schema: schemaText(req.format, req.schema),
    references: req.references
  }
  if (req.lookup) return registry.getRegistryIdBySchema(subject, schema)
  return (await registry.register(schema, { subject })).id
}

async function produce (req) {
  const registry = newRegistry()
  const id = await schemaId(registry, req)
  const frames = []
  for (const record of req.records) {
    const value = req.format === 'avro' ? fromWireForm(record) : record
    frames.push({ value: await registry.encode(id, value), headers: {} })
  }
  await wire.send(req.topic, frames)
  return { first: frames[0].value.toString('base64') }
}

async function consume (req) {
  const registry = newRegistry()
  const frames = await wire.receive(req.topic, req.count)
  const results = []
  for (const variant of req.readers) {
    const options = req.format === 'avro' && variant !== null
      ? { [SchemaType.AVRO]: { readerSchema: JSON.parse(schemaText('avro', variant)) } }
      : undefined
    const records = []
    for (const frame of frames) records.push(await registry.decode(frame.value, options))
    results.push(toWireForm(records))
  }
  return { results }
}

serve({ hello: () => HELLO, produce, consume }, err => ({
  message: String(err.message ?? err), status: err.status
}))
