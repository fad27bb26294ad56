//! Event files.

use std::io::{self, Write};

use crate::SummaryValue;
use crate::record::write_record;
use crate::wire::Message;

/// Fields of `Event`.
const WALL_TIME: u8 = 1;
const STEP: u8 = 2;
const FILE_VERSION: u8 = 3;
const SUMMARY: u8 = 5;

/// Field of `Summary`.
const VALUE: u8 = 1;

/// Writes the events of one run, which TensorBoard calls a folder with event files.
#[derive(Debug)]
pub struct EventWriter<W> {
    out: W,
}

impl<W: Write> EventWriter<W> {
    /// Opens with the event that says the version of the format.
    ///
    /// Wall times are seconds since 1970; TensorBoard shows times relative to this first one.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn new(mut out: W, wall_time: f64) -> io::Result<Self> {
        let version = Message::default().double(WALL_TIME, wall_time).bytes(FILE_VERSION, b"brain.Event:2");
        write_record(&mut out, version.as_bytes())?;
        Ok(Self { out })
    }

    /// Writes the values of a step, below 2^63, as one event; none when there are none.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn write(&mut self, step: u64, wall_time: f64, values: &[SummaryValue]) -> io::Result<()> {
        if values.is_empty() {
            return Ok(());
        }
        let summary =
            values.iter().fold(Message::default(), |summary, value| summary.message(VALUE, value.message()));
        let event =
            Message::default().double(WALL_TIME, wall_time).varint(STEP, step).message(SUMMARY, &summary);
        write_record(&mut self.out, event.as_bytes())
    }
}
