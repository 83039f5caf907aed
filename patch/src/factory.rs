//! Factory presets, carried in the binary.
