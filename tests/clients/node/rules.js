'use strict'
// Data contracts through the npm client: the registry stores the rules, the client's executors act on them.
//
//   CEL        a condition on the message refuses a record
//   CEL_FIELD  a transformation of the fields that a tag names
//   JSONATA    a migration that lets a reader of the next major version read the last one's records

const sr = require('@confluentinc/schemaregistry')

const MAJOR = 'application.major.version'

function record (...fields) {
  return JSON.stringify({ type: 'record', name: 'Visit', fields })
}

const ID = { name: 'id', type: 'string' }
const PHONE = { name: 'phone', type: 'string', 'confluent:tags': ['PII'] }
const FIRST = {
  schemaType: 'AVRO',
  schema: record(ID, PHONE, { name: 'quantity', type: 'int' }),
  metadata: { properties: { [MAJOR]: '1' } },
  ruleSet: {
    domainRules: [
      {
        name: 'positive',
        kind: 'CONDITION',
        type: 'CEL',
        mode: 'WRITE',
        expr: 'message.quantity > 0',
        onFailure: 'ERROR'
      },
      {
        name: 'mark',
        kind: 'TRANSFORM',
        type: 'CEL_FIELD',
        mode: 'WRITE',
        tags: ['PII'],
        expr: "typeName == 'STRING'; value + '-seen'"
      }
    ]
  }
}
const UPGRADE = "$merge([$sift($, function($v, $k) {$k != 'quantity'}), {'count': $.'quantity'}])"
const SECOND = {
  schemaType: 'AVRO',
  schema: record(ID, PHONE, { name: 'count', type: 'int' }),
  metadata: { properties: { [MAJOR]: '2' } },
  ruleSet: {
    migrationRules: [
      { name: 'rename', kind: 'TRANSFORM', type: 'JSONATA', mode: 'UPGRADE', expr: UPGRADE }
    ]
  }
}

async function attempt (call) {
  try {
    return await call()
  } catch (err) {
    return String(err.message ?? err)
  }
}

async function checks (newClient, topic) {
  sr.CelExecutor.register()
  sr.CelFieldExecutor.register()
  sr.JsonataExecutor.register()
  const client = newClient()
  const subject = `${topic}-value`
  await client.updateConfig(subject, { compatibility: 'BACKWARD', compatibilityGroup: MAJOR })
  await client.register(subject, FIRST, false)
  const serializer = new sr.AvroSerializer(client, sr.SerdeType.VALUE, { useLatestVersion: true })
  const good = { id: 'a', phone: '555', quantity: 2 }
  const frame = await serializer.serialize(topic, good)
  const refused = await attempt(() => serializer.serialize(topic, { ...good, quantity: 0 }))
  const plain = new sr.AvroDeserializer(client, sr.SerdeType.VALUE, {})
  const read = await plain.deserialize(topic, frame)
  await client.register(subject, SECOND, false)
  const stored = await client.getSchemaMetadata(subject, 1, false)
  // A client of its own: the first one remembers its latest version.
  const next = new sr.AvroDeserializer(newClient(), sr.SerdeType.VALUE,
    { useLatestWithMetadata: { [MAJOR]: '2' } })
  return [
    { name: 'rules stored', got: stored.ruleSet.domainRules.map(r => r.name), wanted: ['positive', 'mark'] },
    { name: 'CEL refuses', got: /positive/.test(refused) ? 'positive' : refused, wanted: 'positive' },
    { name: 'CEL_FIELD transforms', got: { ...read }, wanted: { ...good, phone: '555-seen' } },
    {
      name: 'JSONATA migrates',
      got: { ...await attempt(() => next.deserialize(topic, frame)) },
      wanted: { id: 'a', phone: '555-seen', count: 2 }
    }
  ]
}

module.exports = { checks }
