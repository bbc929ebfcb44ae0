//! `lockgate completions` and `lockgate man`: the command line as shells and `man` read it.

use super::Cli;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::{self, Write};

/// Writes a shell's completions.
pub fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<u8> {
    // The generator panics where its writer fails, and a reader may go away.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "lockgate", &mut text);
    out.write_all(&text)?;
    Ok(0)
}

/// Writes the page of a command, or of lockgate itself where the path to it is empty.
pub fn page(path: &[String], out: &mut dyn Write) -> io::Result<u8> {
    let mut root = Cli::command();
    // Gives commands their whole names (`lockgate-policy-test`), and the flags that all share.
    root.build();
    let mut command = &root;
    for name in path {
        let Some(found) = command.find_subcommand(name) else {
            writeln!(io::stderr(), "error: there is no command `{}`", path.join(" "))?;
            return Ok(2);
        };
        command = found;
    }
    let whole = format!("lockgate {}", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command.clone()).source(whole).manual("lockgate").render(out)?;
    Ok(0)
}
