//! Arguments of what helps to type commands.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt completions bash > ~/.local/share/bash-completion/completions/affekt
  affekt completions zsh > ~/.zfunc/_affekt
  affekt completions fish > ~/.config/fish/completions/affekt.fish

A new shell then completes commands, options and their values. zsh looks into ~/.zfunc once .zshrc says so, before compinit:
fpath+=~/.zfunc")]
pub(crate) struct CompletionsArgs {
    /// Shell to complete in
    pub(crate) shell: Shell,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  affekt man | man -l -
  affekt man --out ~/.local/share/man/man1

The second lets man affekt-study-run find its page.")]
pub(crate) struct ManArgs {
    /// Folder to write a page of each command into [default: the main page on standard output]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
