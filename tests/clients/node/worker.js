'use strict'
// What the Node.js workers share: the request loop of ../README.md, the two transports, and the JSON
// form of the records. Kafka is spoken by `kafkajs`, which is plain JavaScript; the native client of
// the same vendor downloads a prebuilt library at install time, which a test must not depend on.

const fs = require('node:fs')
const path = require('node:path')
const readline = require('node:readline')
const { Kafka, logLevel } = require('kafkajs')

const WAIT_MS = 30000

function fileTransport (folder) {
  return {
    async send (topic, frames) {
      const lines = frames.map(f => JSON.stringify({
        value: f.value.toString('base64'),
        headers: Object.entries(f.headers).map(([k, v]) => [k, Buffer.from(v).toString('base64')])
      }) + '\n')
      fs.appendFileSync(path.join(folder, `${topic}.jsonl`), lines.join(''))
    },
    async receive (topic, count) {
      const lines = fs.readFileSync(path.join(folder, `${topic}.jsonl`), 'utf8').split('\n')
      return lines.filter(l => l !== '').slice(0, count).map(l => JSON.parse(l)).map(row => ({
        value: Buffer.from(row.value, 'base64'),
        headers: Object.fromEntries(row.headers.map(([k, v]) => [k, Buffer.from(v, 'base64')]))
      }))
    }
  }
}

function kafkaTransport (bootstrap, name) {
  const kafka = new Kafka({ clientId: name, brokers: [bootstrap], logLevel: logLevel.NOTHING })
  let producer = null
  let groups = 0
  return {
    async send (topic, frames) {
      if (producer === null) {
        producer = kafka.producer({ allowAutoTopicCreation: true })
        await producer.connect()
      }
      await producer.send({ topic, messages: frames.map(f => ({ ...f, partition: 0 })) })
    },
    async receive (topic, count) {
      // kafkajs reads only through consumer groups: a new one each time starts at the beginning.
      const groupId = `matrix-${name}-${process.pid}-${groups++}`
      const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 })
      const frames = []
      try {
        await consumer.connect()
        await consumer.subscribe({ topic, fromBeginning: true })
        await new Promise((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error(
            `${frames.length} of ${count} records arrived in time`)), WAIT_MS)
          consumer.on(consumer.events.CRASH, event => {
            if (event.payload.restart) return // it goes on by itself, as when no coordinator is up yet
            clearTimeout(timer)
            reject(event.payload.error)
          })
          consumer.run({
            autoCommit: false,
            eachMessage: async ({ message }) => {
              if (frames.length === count) return
              frames.push({ value: message.value, headers: message.headers ?? {} })
              if (frames.length === count) {
                clearTimeout(timer)
                resolve()
              }
            }
          }).catch(reject)
        })
        return frames
      } finally {
        await consumer.disconnect()
      }
    }
  }
}

function transport (name) {
  return process.env.BOOTSTRAP
    ? kafkaTransport(process.env.BOOTSTRAP, name)
    : fileTransport(process.env.FRAMES)
}

function schemaText (format, variant) {
  const suffix = { avro: 'avsc', json: 'json' }[format]
  return fs.readFileSync(path.join(process.env.SCHEMAS, format, `${variant}.${suffix}`), 'utf8')
}

// Bytes travel as base64 in the protocol; only the Avro order has such a field.
function fromWireForm (record) {
  return record.payload === undefined
    ? record
    : { ...record, payload: Buffer.from(record.payload, 'base64') }
}

function toWireForm (value) {
  return JSON.parse(JSON.stringify(value, function (key, v) {
    const raw = this[key]
    return Buffer.isBuffer(raw) ? raw.toString('base64') : v
  }))
}

// `describe` turns a client's error into {message, status, code}; undefined keys are left out.
async function serve (ops, describe) {
  const lines = readline.createInterface({ input: process.stdin, crlfDelay: Infinity })
  for await (const line of lines) {
    const req = JSON.parse(line)
    let answer
    try {
      answer = { ok: true, ...await ops[req.op](req) }
    } catch (err) {
      answer = { ok: false, error: describe(err) }
    }
    process.stdout.write(JSON.stringify(answer) + '\n')
  }
  process.exit(0)
}

module.exports = { fromWireForm, schemaText, serve, toWireForm, transport }
