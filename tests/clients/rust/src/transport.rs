//! How frames travel: through partition 0 of a Kafka topic, or through a file of one frame per line.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rskafka::client::partition::{Compression, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;
use serde_json::{Value, json};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

const WAIT: Duration = Duration::from_secs(30);
const FETCH_BYTES: i32 = 1 << 20;
const FETCH_WAIT_MS: i32 = 50;

/// A record's value and headers as they are on the wire.
#[derive(Clone, Default)]
pub struct Frame {
    pub value: Vec<u8>,
    pub headers: BTreeMap<String, Vec<u8>>,
}

pub enum Transport {
    File(String),
    Kafka(Client),
}

impl Transport {
    pub async fn from_environment() -> Result<Transport> {
        match std::env::var("BOOTSTRAP") {
            Ok(bootstrap) if !bootstrap.is_empty() => {
                Ok(Transport::Kafka(ClientBuilder::new(vec![bootstrap]).build().await?))
            }
            _ => Ok(Transport::File(std::env::var("FRAMES")?)),
        }
    }

    pub async fn send(&self, topic: &str, frames: &[Frame]) -> Result<()> {
        match self {
            Transport::File(folder) => write_lines(folder, topic, frames),
            Transport::Kafka(client) => {
                tokio::time::timeout(WAIT, produce(client, topic, frames)).await?
            }
        }
    }

    pub async fn receive(&self, topic: &str, count: usize) -> Result<Vec<Frame>> {
        match self {
            Transport::File(folder) => read_lines(folder, topic, count),
            Transport::Kafka(client) => {
                tokio::time::timeout(WAIT, fetch(client, topic, count)).await?
            }
        }
    }
}

async fn produce(client: &Client, topic: &str, frames: &[Frame]) -> Result<()> {
    // The package does not create topics on first use.
    if !client.list_topics().await?.iter().any(|t| t.name == topic) {
        client.controller_client()?.create_topic(topic, 1, 1, 5_000).await?;
    }
    let partition = client.partition_client(topic, 0, UnknownTopicHandling::Retry).await?;
    let records = frames
        .iter()
        .map(|frame| Record {
            key: None,
            value: Some(frame.value.clone()),
            headers: frame.headers.clone(),
            timestamp: chrono::Utc::now(),
        })
        .collect();
    partition.produce(records, Compression::NoCompression).await?;
    Ok(())
}

async fn fetch(client: &Client, topic: &str, count: usize) -> Result<Vec<Frame>> {
    let partition = client.partition_client(topic, 0, UnknownTopicHandling::Retry).await?;
    let mut frames = Vec::new();
    let mut offset = 0;
    while frames.len() < count {
        let (rows, _) = partition.fetch_records(offset, 1..FETCH_BYTES, FETCH_WAIT_MS).await?;
        for row in rows.into_iter().take(count - frames.len()) {
            offset = row.offset + 1;
            frames.push(Frame {
                value: row.record.value.unwrap_or_default(),
                headers: row.record.headers,
            });
        }
    }
    Ok(frames)
}

fn write_lines(folder: &str, topic: &str, frames: &[Frame]) -> Result<()> {
    let path = format!("{folder}/{topic}.jsonl");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    for frame in frames {
        let headers: Vec<_> =
            frame.headers.iter().map(|(k, v)| json!([k, BASE64_STANDARD.encode(v)])).collect();
        let row = json!({"value": BASE64_STANDARD.encode(&frame.value), "headers": headers});
        writeln!(file, "{row}")?;
    }
    Ok(())
}

fn read_lines(folder: &str, topic: &str, count: usize) -> Result<Vec<Frame>> {
    let text = std::fs::read_to_string(format!("{folder}/{topic}.jsonl"))?;
    text.lines().take(count).map(|line| frame_of(&serde_json::from_str(line)?)).collect()
}

fn bytes_of(value: &Value) -> Result<Vec<u8>> {
    Ok(BASE64_STANDARD.decode(value.as_str().ok_or("no base64 text")?)?)
}

fn frame_of(row: &Value) -> Result<Frame> {
    let mut frame = Frame { value: bytes_of(&row["value"])?, ..Frame::default() };
    for pair in row["headers"].as_array().into_iter().flatten() {
        frame.headers.insert(pair[0].as_str().unwrap_or_default().into(), bytes_of(&pair[1])?);
    }
    Ok(frame)
}
