//! Pairs as numpy array files (format 1.0).

use super::{LENGTH, Pair};
use crate::genome::layout;

/// The files of some pairs and what each is called: `genome` and `heard` are (pairs, width),
/// `note` is (pairs, 3) with key, velocity and gate, `sound` is (pairs, [`LENGTH`]).
pub fn files(pairs: &[Pair]) -> [(&'static str, Vec<u8>); 4] {
    let width = layout().width;
    let note = |p: &Pair| [p.note.key, p.note.velocity, p.note.gate];
    let values = pairs.iter().flat_map(|p| p.genome.values.iter().copied());
    let heard = pairs.iter().flat_map(|p| p.genome.heard.iter().copied());
    let samples = pairs.iter().flat_map(|p| p.samples.iter().copied());
    let array = |kind, columns| header(kind, pairs.len() as u64, columns);
    [
        ("genome", floats(array("<f4", width), values)),
        ("heard", filled(array("|u1", width), heard)),
        ("note", floats(array("<f4", 3), pairs.iter().flat_map(note))),
        ("sound", wholes(array("<i2", LENGTH), samples)),
    ]
}

/// Bytes of the file of so many sounds.
pub fn sound_bytes(pairs: u64) -> u64 {
    header("<i2", pairs, LENGTH).len() as u64 + 2 * pairs * LENGTH as u64
}

fn filled(mut bytes: Vec<u8>, data: impl Iterator<Item = u8>) -> Vec<u8> {
    bytes.extend(data);
    bytes
}

fn floats(mut bytes: Vec<u8>, data: impl Iterator<Item = f32>) -> Vec<u8> {
    data.for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    bytes
}

fn wholes(mut bytes: Vec<u8>, data: impl Iterator<Item = i16>) -> Vec<u8> {
    data.for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    bytes
}

/// Head of a file of `rows` times `columns` values.
fn header(kind: &str, rows: u64, columns: usize) -> Vec<u8> {
    let mut words =
        format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    // Data begin at a multiple of 64 bytes; ten bytes come before the words, a line feed after.
    let whole = (10 + words.len() + 1).next_multiple_of(64);
    words.push_str(&" ".repeat(whole - 10 - words.len() - 1));
    words.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(words.len() as u16).to_le_bytes());
    bytes.extend_from_slice(words.as_bytes());
    bytes
}
