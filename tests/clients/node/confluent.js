'use strict'
// The npm client `@confluentinc/schemaregistry` as a worker of the client matrix (../README.md).
//
// Its Avro and JSON serializers can only auto-register a schema that they infer from the message, so
// a given schema is registered through the client first and the serializer then takes the latest
// version, as its own documentation does it. The inferring way is the operation's `inferred` form.
// The Protobuf serializer auto-registers the message's file and its imports.

const fs = require('node:fs')
const path = require('node:path')
const { createFileRegistry, fromBinary, fromJson, toJson } = require('@bufbuild/protobuf')
const { FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt')
const sr = require('@confluentinc/schemaregistry')
const admin = require('./admin')
const rules = require('./rules')
const { fromWireForm, schemaText, serve, toWireForm, transport } = require('./worker')

const wire = transport('js')
const TYPES = { avro: 'AVRO', json: 'JSON', protobuf: 'PROTOBUF' }

const HELLO = {
  client: 'js',
  package: '@confluentinc/schemaregistry ' + version('@confluentinc/schemaregistry'),
  formats: {
    avro: { register: 'client', new: 'reader', old: 'writer' },
    json: { register: 'client', new: 'writer', old: 'writer' },
    protobuf: { register: 'auto', new: 'writer', old: 'writer' }
  },
  inferred: ['avro', 'json'],
  header: ['avro', 'json', 'protobuf'],
  references: ['avro', 'json'],
  pinned: ['avro'],
  encrypted: ['avro', 'json'],
  admin: true
}

sr.LocalKmsDriver.register()
sr.HcVaultDriver.register()

function version (name) {
  // require.resolve gives the entry file; the manifest is in the folder named after the package.
  const entry = require.resolve(name)
  const root = entry.slice(0, entry.lastIndexOf(name) + name.length)
  return JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version
}

function newClient () {
  return new sr.SchemaRegistryClient({ baseURLs: [process.env.REGISTRY_URL] })
}

// Arguments of a serializer that runs encryption rules: `encrypted` of the request gives the rules'
// configuration and how many days ahead the executor's clock is, so that deks expire.
function ruled (req) {
  if (!req.encrypted) return [{}, undefined]
  const registry = new sr.RuleRegistry()
  const clock = { now: () => Date.now() + req.encrypted.days * 86400000 }
  registry.registerExecutor(new sr.FieldEncryptionExecutor(clock))
  return [{ ruleConfig: req.encrypted.conf }, registry]
}

function fileRegistry (variant) {
  const bytes = fs.readFileSync(path.join(process.env.DESCRIPTORS, `${variant}.pb`))
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes))
}

// Registers the schema file, or finds it when it is there; returns how the serializer gets at it.
async function givenSchema (client, req) {
  if (req.pinned) return { useLatestWithMetadata: req.pinned }
  if (req.encrypted) return { useLatestVersion: true }
  const subject = `${req.topic}-value`
  const info = {
    schemaType: TYPES[req.format],
    schema: schemaText(req.format, req.schema),
    references: req.references
  }
  if (req.lookup) return { useSchemaId: await client.getId(subject, info) }
  await client.register(subject, info)
  return { useLatestVersion: true }
}

async function encoder (req) {
  const client = newClient()
  const ids = req.header ? { schemaIdSerializer: sr.HeaderSchemaIdSerializer } : {}
  const [ruleConf, registry] = ruled(req)
  if (req.format === 'protobuf') {
    const files = fileRegistry(req.schema)
    const desc = files.getMessage('shop.Shop.Order')
    // Normalized: see ../README.md, "Where a client cannot follow".
    const conf = { autoRegisterSchemas: !req.lookup, normalizeSchemas: true, registry: files, ...ids }
    const inner = new sr.ProtobufSerializer(client, sr.SerdeType.VALUE, conf)
    return (record, headers) => inner.serialize(req.topic, fromJson(desc, record), headers)
  }
  const conf = req.inferred
    ? { autoRegisterSchemas: true, ...ids }
    : { autoRegisterSchemas: false, ...await givenSchema(client, req), ...ids, ...ruleConf }
  if (req.format === 'avro') {
    const inner = new sr.AvroSerializer(client, sr.SerdeType.VALUE, conf, registry)
    return (record, headers) => inner.serialize(req.topic, fromWireForm(record), headers)
  }
  const inner = new sr.JsonSerializer(client, sr.SerdeType.VALUE,
    { ...conf, validate: true, allowUnionTypes: true }, registry)
  return (record, headers) => inner.serialize(req.topic, record, headers)
}

// The package takes a reader schema only as "the subject's latest version": asked for anything but v2
// it reads with the writer's.
function decoder (client, req, variant) {
  const { format, pinned } = req
  const [ruleConf, registry] = ruled(req)
  if (format === 'avro') {
    const conf = pinned
      ? { useLatestWithMetadata: pinned }
      : { useLatestVersion: variant === 'v2', ...ruleConf }
    const inner = new sr.AvroDeserializer(client, sr.SerdeType.VALUE, conf, registry)
    return async (topic, f) => toWireForm(await inner.deserialize(topic, f.value, f.headers))
  }
  if (format === 'json') {
    const conf = { validate: true, allowUnionTypes: true, ...ruleConf }
    const inner = new sr.JsonDeserializer(client, sr.SerdeType.VALUE, conf, registry)
    return (topic, f) => inner.deserialize(topic, f.value, f.headers)
  }
  const inner = new sr.ProtobufDeserializer(client, sr.SerdeType.VALUE, {})
  const descs = new Map()
  return async (topic, f) => {
    const message = await inner.deserialize(topic, f.value, f.headers)
    // A message does not carry its descriptor, and the package's registry holds that of the schema it
    // met last: remember it by the frame's schema id, or by the GUID in the header.
    const id = String(f.headers.__value_schema_id ?? f.value.subarray(0, 5).toString('hex'))
    if (!descs.has(id)) descs.set(id, inner.fileRegistry.getMessage(message.$typeName))
    return toJson(descs.get(id), message, { alwaysEmitImplicit: true, useProtoFieldName: true })
  }
}

async function produce (req) {
  const serialize = await encoder(req)
  const frames = []
  for (const record of req.records) {
    const headers = {}
    const value = await serialize(record, headers)
    frames.push({ value, headers })
  }
  await wire.send(req.topic, frames)
  const texts = frames.map(frame => frame.value.toString('base64'))
  return { first: texts[0], frames: texts }
}

async function consume (req) {
  const client = newClient()
  const frames = await wire.receive(req.topic, req.count)
  const results = []
  for (const variant of req.readers) {
    const deserialize = decoder(client, req, variant)
    const records = []
    for (const frame of frames) records.push(await deserialize(req.topic, frame))
    results.push(records)
  }
  return { results }
}

const administer = async req => ({
  checks: [...await admin.checks(newClient(), req.subject), ...await rules.checks(newClient, req.subject)]
})

serve({ hello: () => HELLO, produce, consume, admin: administer }, err => ({
  message: String(err.message ?? err), status: err.status, code: err.errorCode
}))
