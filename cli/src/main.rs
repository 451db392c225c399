//! `vivier`: what operators and members do by hand. Members come in by the public API, with a session, exactly as a
//! browser does; operators invoke the functions that no route leads to. It knows nothing that the service does not tell.

mod api;
mod args;
mod cloud;
mod commands;
mod failure;
mod figures;
mod output;
mod plan;
mod prompt;
mod session;
mod table;
mod tasks;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let json = cli.global.json;
    match commands::run(cli).await {
        Ok(report) => output::print(&report, json),
        Err(failure) => output::fail(&failure, json),
    }
}
