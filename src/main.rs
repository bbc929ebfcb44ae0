//! argv to exit code, nothing else.

fn main() {}
