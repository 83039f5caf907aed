//! `cultivar`: the instrument in a shell.

mod bench;
mod breed;
mod dataset;
mod grow;
mod info;
mod morph;
mod render;
mod report;
mod shell;
mod speed;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A wavetable synthesizer that grows its own patches.
///
/// PATCH is a .cultivar file, or factory:NAME (factory:Init is always there). Levels are in
/// dB, times in seconds, notes are MIDI numbers. Exit codes: 0 done, 1 failed, 2 wrong usage.
#[derive(Parser)]
#[command(name = "cultivar", version)]
struct Cli {
    /// One JSON object on stdout instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play one note of a patch into a WAV file
    Render(render::Render),
    /// Grow patches towards sounds
    Match(grow::Match),
    /// Breed children of several patches
    Breed(breed::Breed),
    /// Write the way from one patch to another in even steps
    Morph(morph::Morph),
    /// Say what a file is, and what of it can be used
    Info(info::Info),
    /// Make pairs of patch and sound for training
    Dataset(dataset::Dataset),
    /// Measure how fast the engine is
    Bench(speed::Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Command::Render(render) => render.run(),
        Command::Match(grow) => grow.run(cli.json),
        Command::Breed(breed) => breed.run(),
        Command::Morph(morph) => morph.run(),
        Command::Info(info) => info.run(),
        Command::Dataset(dataset) => dataset.run(),
        Command::Bench(bench) => bench.run(),
    };
    shell::finish(done, cli.json)
}
