//! Every example of the help is a command line.

use clap::{Command, CommandFactory, Parser};

use super::Cli;

/// Every visible command with its path, such as `affekt study run`.
fn commands(command: &Command, path: &str, all: &mut Vec<(String, Command)>) {
    let path = format!("{path} {}", command.get_name());
    all.push((path.trim().to_owned(), command.clone()));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        commands(below, &path, all);
    }
}

/// The lines of examples that are ours, those that go on with a backslash joined.
fn examples(help: &str) -> Vec<String> {
    let help = help.replace("\\\n", " ");
    help.lines().filter(|line| line.starts_with("  affekt ")).map(str::to_owned).collect()
}

#[test]
fn every_command_has_examples_that_parse() {
    let mut all = Vec::new();
    commands(&Cli::command(), "", &mut all);
    assert!(all.len() > 20, "{}", all.len());
    for (path, command) in all {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = examples(&help);
        assert!(
            lines.iter().any(|line| line.trim_start().starts_with(&path)),
            "{path} has no example: {help}"
        );
        for line in lines {
            // What the shell takes for itself.
            let words = line.split_whitespace().take_while(|word| !["|", ">"].contains(word));
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{path}: {line}\n{error}");
            }
        }
    }
}
