//! `hjarntorget`: the portal as a program.

use std::{io::Write, process::ExitCode};

fn main() -> ExitCode {
    match server::cli::run(std::env::args_os()) {
        Ok(code) => code,
        Err(error) => {
            // One line: what failed, why, and what to do. With standard error gone there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "hjarntorget: {error:#}");
            ExitCode::FAILURE
        }
    }
}
