//! The same figure for the jsonschema crate: the schema compiled once, the instance parsed once.
//!
//!     jsonschema-peer [SCHEMA INSTANCE]
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(300);

fn best_ns(mut step: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut count = 0u64;
        while start.elapsed() < ROUND {
            for _ in 0..1000 {
                step();
            }
            count += 1000;
        }
        best = best.min(start.elapsed().as_nanos() as f64 / count as f64);
    }
    best
}

fn main() {
    let mut args = std::env::args().skip(1);
    let schema_path = args.next().unwrap_or("bench/data/event.schema.json".into());
    let instance_path = args.next().unwrap_or("bench/data/event.json".into());
    let schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(schema_path).unwrap()).unwrap();
    let text = std::fs::read_to_string(instance_path).unwrap();
    let instance: serde_json::Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&instance));
    println!(
        "rust-jsonschema validate {:.0} ns",
        best_ns(|| assert!(std::hint::black_box(validator.is_valid(&instance))))
    );
    println!(
        "rust-jsonschema parse+validate {:.0} ns",
        best_ns(|| {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(std::hint::black_box(validator.is_valid(&value)))
        })
    );
}
