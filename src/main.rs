//! argv to exit code, nothing else.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The catalogs of a replay are many small pieces: the system's allocator is a fifth of a run's time
/// with glibc, and more with musl.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(lockgate::cli::run(std::env::args_os()))
}
