//! One file per command.

mod compare;
mod data_check;
mod data_noise;
mod data_prepare;
mod data_stats;
mod data_view;
mod doctor;
mod kubernetes;
mod predict;
mod report;
mod shell;
mod slurm;
mod step;
mod study_collect;
mod study_plan;
mod study_run;
mod study_status;
mod submit;
mod summary;
mod thumbnails;
mod train;
mod weights;
mod worlds_render;

use crate::cli::{Command, DataCommand, StudyCommand, WeightsCommand, WorldsCommand};
use crate::output::{self, Outcome};

/// Runs a parsed command.
pub(crate) fn run(command: Command) -> anyhow::Result<Outcome> {
    match command {
        Command::Study(StudyCommand::Run(args)) => study_run::run(&args),
        Command::Study(StudyCommand::Plan(args)) => study_plan::run(&args),
        Command::Study(StudyCommand::Status(args)) => study_status::run(&args),
        Command::Study(StudyCommand::Collect(args)) => study_collect::run(&args),
        Command::Study(StudyCommand::Schema) => {
            output::json(&affekt_study::study_schema())?;
            Ok(Outcome::Done)
        }
        Command::Compare(args) => compare::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Data(DataCommand::Check(args)) => data_check::run(&args),
        Command::Data(DataCommand::Stats(args)) => data_stats::run(&args),
        Command::Data(DataCommand::Prepare(args)) => data_prepare::run(&args),
        Command::Data(DataCommand::Noise(args)) => data_noise::run(&args),
        Command::Worlds(WorldsCommand::Render(args)) => worlds_render::run(&args),
        Command::Weights(WeightsCommand::Show(args)) => weights::show(&args),
        Command::Export(args) => weights::export(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Submit(args) => submit::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Step(args) => step::run(&args),
        Command::Completions(args) => shell::completions(&args),
        Command::Man(args) => shell::man(&args),
    }
}
