//! argv to exit code, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(lockgate::cli::run(std::env::args_os()))
}
