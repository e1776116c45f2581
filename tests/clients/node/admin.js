'use strict'
// The administrative calls of the npm client, each once, and what each has to answer: rows of name, what the
// client gave and what it has to be. The caller's subjects are its own; global settings are put back.

const { RestError } = require('@confluentinc/schemaregistry')

const text = (...fields) => JSON.stringify({
  type: 'record',
  name: 'A',
  fields: [{ name: 'a', type: 'int' }, ...fields]
})
const V1 = { schemaType: 'AVRO', schema: text() }
const V2 = {
  schemaType: 'AVRO',
  schema: text({ name: 'b', type: 'string', default: '' }),
  metadata: { properties: { release: '2' } }
}
const BAD = { schemaType: 'AVRO', schema: text().replace('int', 'string') }

async function refused (call) {
  try {
    return await call()
  } catch (err) {
    if (err instanceof RestError) return [err.status, err.errorCode]
    if (err.response) return [err.response.status, err.response.data.error_code]
    throw err
  }
}

async function reading (client, subject, first, second) {
  const registered = await client.getSchemaMetadata(subject, 1, false)
  return [
    ['getBySubjectAndId', (await client.getBySubjectAndId(subject, first)).schema, V1.schema],
    ['getByGuid', (await client.getByGuid(registered.guid)).schema, V1.schema],
    ['getId', await client.getId(subject, V1, false), first],
    ['getIdFullResponse', (await client.getIdFullResponse(subject, V1, false)).id, first],
    ['getLatestSchemaMetadata', (await client.getLatestSchemaMetadata(subject)).id, second],
    ['getLatestWithMetadata', (await client.getLatestWithMetadata(subject, { release: '2' }, false)).version, 2],
    ['getAllVersions', await client.getAllVersions(subject), [1, 2]],
    ['getVersion', await client.getVersion(subject, V1, false, false), 1],
    ['getAllSubjects', (await client.getAllSubjects()).includes(subject), true],
    ['getSchemaMetadata: none', await refused(() => client.getSchemaMetadata(subject, 9, false)), [404, 40402]]
  ]
}

async function checking (client, subject) {
  return [
    ['testSubjectCompatibility', await client.testSubjectCompatibility(subject, V2), true],
    ['testSubjectCompatibility: bad', await client.testSubjectCompatibility(subject, BAD), false],
    ['testCompatibility: bad', await client.testCompatibility(subject, 1, BAD), false],
    ['register: bad', await refused(() => client.register(subject, BAD, false)), [409, 40901]]
  ]
}

async function settings (client, subject) {
  const rows = [
    ['updateCompatibility', await client.updateCompatibility(subject, 'FULL'), 'FULL'],
    ['getCompatibility', await client.getCompatibility(subject), 'FULL']
  ]
  const config = { compatibility: 'NONE', compatibilityGroup: 'release' }
  await client.updateConfig(subject, config)
  const got = await client.getConfig(subject)
  rows.push(['updateConfig', [got.compatibilityLevel, got.compatibilityGroup], ['NONE', 'release']])
  rows.push(['getDefaultCompatibility', await client.getDefaultCompatibility(), 'BACKWARD'])
  await client.updateDefaultCompatibility('FORWARD')
  rows.push(['updateDefaultCompatibility', (await client.getDefaultConfig()).compatibilityLevel, 'FORWARD'])
  await client.updateDefaultConfig({ compatibility: 'BACKWARD' })
  rows.push(['updateDefaultConfig', await client.getDefaultCompatibility(), 'BACKWARD'])
  return rows
}

async function removal (client, subject) {
  const rows = [
    ['deleteSubjectVersion', await client.deleteSubjectVersion(subject, 1, false), 1],
    ['deleteSubjectVersion: permanent', await client.deleteSubjectVersion(subject, 1, true), 1],
    ['deleteSubject', await client.deleteSubject(subject, false), [2]]
  ]
  rows.push(['getAllSubjects: deleted', (await client.getAllSubjects()).includes(subject), false])
  rows.push(['deleteSubject: permanent', await client.deleteSubject(subject, true), [2]])
  rows.push(['getAllVersions: none', await refused(() => client.getAllVersions(subject)), [404, 40401]])
  return rows
}

async function associations (client, subject) {
  const own = `${subject}-topic`
  await client.register(own, V1, false)
  const made = await client.createAssociation({
    resourceName: own,
    resourceNamespace: 'lkc',
    resourceId: `id-${own}`,
    resourceType: 'topic',
    associations: [{ subject: own, associationType: 'value', lifecycle: 'WEAK' }]
  })
  const seen = list => list.map(a => [a.associationType, a.subject])
  const find = () => client.getAssociationsByResourceName(own, 'lkc', 'topic', ['value'], null, 0, -1)
  const rows = [
    ['createAssociation', seen(made.associations), [['value', own]]],
    ['getAssociationsByResourceName', seen(await find()), [['value', own]]]
  ]
  await client.deleteAssociations(`id-${own}`, 'topic', ['value'], false)
  rows.push(['deleteAssociations', await find(), []])
  return rows
}

// The rows of every group until one throws, which is a row too.
async function checks (client, subject) {
  const rows = []
  try {
    const first = await client.register(subject, V1, false)
    const second = await client.registerFullResponse(subject, V2, false)
    rows.push(['register: again', await client.register(subject, V1, false), first])
    rows.push(['registerFullResponse', second.id > first, true])
    rows.push(...await reading(client, subject, first, second.id))
    for (const group of [checking, settings, removal, associations]) {
      rows.push(...await group(client, subject))
    }
  } catch (err) {
    const last = rows.length ? rows.at(-1)[0] : 'the start'
    rows.push([`the group after ${last}`, String(err), null])
  }
  return rows.map(([name, got, wanted]) => ({ name, got, wanted }))
}

module.exports = { checks }
