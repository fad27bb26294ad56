//! `affekt completions` and `affekt man`

use anyhow::Context;
use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::{Cli, CompletionsArgs, ManArgs};
use crate::output::{self, Outcome};

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "affekt", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}

pub(super) fn man(args: &ManArgs) -> anyhow::Result<Outcome> {
    if let Some(folder) = &args.out {
        let cannot = || format!("cannot write the pages into {}", folder.display());
        std::fs::create_dir_all(folder).with_context(cannot)?;
        clap_mangen::generate_to(Cli::command(), folder).with_context(cannot)?;
        output::line(&format!("wrote affekt.1 and a page of each command into {}", folder.display()))?;
        return Ok(Outcome::Done);
    }
    // As the page in a folder is made.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    Man::new(command).render(&mut page).context("cannot write the page")?;
    output::print(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Done)
}
