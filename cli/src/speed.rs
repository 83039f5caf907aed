//! `cultivar bench`: how fast the engine is, under named loads.

use clap::Args;
use serde_json::json;

use crate::bench;
use crate::shell::{Done, Failure, within};

/// What to measure.
#[derive(Args)]
pub(crate) struct Bench {
    /// Print the names of all loads
    #[arg(long, conflicts_with = "load", required_unless_present = "load")]
    list: bool,
    /// The load to run; the result is one line of JSON
    #[arg(long)]
    load: Option<String>,
    /// Seconds of sound to render
    #[arg(long, default_value = "10", value_parser = within(0.001, 86_400.0))]
    seconds: f32,
}

impl Bench {
    pub(crate) fn run(self) -> Result<Done, Failure> {
        let Some(load) = self.load else {
            let loads = bench::list();
            return Ok(Done::new(loads.join("\n"), json!({ "loads": loads })));
        };
        let line =
            bench::run(&load, f64::from(self.seconds)).map_err(|e| Failure::new(&load, e))?;
        Ok(Done::new(line.to_string(), line))
    }
}
