//! A face detector in a program of one's own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use serde::Deserialize;

use crate::{DetectError, Detection, DetectorName, FaceBox, FaceDetector, Picture};

/// Longest answer that is read.
const MAX_ANSWER: u64 = 1 << 20;
/// Beginning of a bad answer that is quoted.
const QUOTED: usize = 200;

/// Asks a program for faces: the way to a detector in another language or runtime.
///
/// The program is started at the first picture and runs on. Per picture it reads from its input one line of JSON,
/// `{"width":640,"height":480,"bytes":921600}`, and after the newline that many bytes: RGB, rows from the top. It
/// answers with one line of JSON, `{"faces":[{"x":1,"y":2,"width":30,"height":40,"score":0.9}]}`, in pixels of that
/// picture, and flushes. Its error output is passed on. It must answer alike for like pictures; `name` is to change
/// when it does not.
///
/// After an error the program is stopped, and started anew for the next picture.
#[derive(Debug)]
pub struct CommandDetector {
    name: DetectorName,
    program: PathBuf,
    arguments: Vec<String>,
    limit: Duration,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    requests: SyncSender<Vec<u8>>,
    answers: Receiver<io::Result<Vec<u8>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    faces: Vec<AnsweredFace>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnsweredFace {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    score: f32,
}

impl CommandDetector {
    /// A detector that runs `program` with `arguments` and waits at most `limit` for each answer.
    pub fn new(name: DetectorName, program: &Path, arguments: Vec<String>, limit: Duration) -> Self {
        Self { name, program: program.to_owned(), arguments, limit, running: None }
    }

    fn start(&self) -> Result<Running, DetectError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| self.failed("start", source))?;
        let (requests, to_write) = sync_channel::<Vec<u8>>(1);
        let (to_answer, answers) = sync_channel(1);
        // Two threads, so that a program that neither reads nor writes cannot stop us beyond the limit.
        let input = child.stdin.take();
        thread::spawn(move || {
            let mut input = input?;
            to_write.iter().find_map(|bytes| input.write_all(&bytes).and_then(|()| input.flush()).err())
        });
        let output = child.stdout.take();
        thread::spawn(move || {
            let mut output = BufReader::new(output?);
            loop {
                let mut line = Vec::new();
                let read = output.by_ref().take(MAX_ANSWER).read_until(b'\n', &mut line);
                let is_last = !line.ends_with(b"\n");
                if to_answer.send(read.map(|_| line)).is_err() || is_last {
                    return None::<()>;
                }
            }
        });
        Ok(Running { child, requests, answers })
    }

    fn ask(&self, running: &Running, picture: &Picture) -> Result<Vec<Detection>, DetectError> {
        let (width, height, pixels) = (picture.width(), picture.height(), picture.rgb());
        let mut request =
            format!("{{\"width\":{width},\"height\":{height},\"bytes\":{}}}\n", pixels.len()).into_bytes();
        request.extend_from_slice(&pixels);
        let ended = || DetectError::Ended { program: self.program.clone() };
        running.requests.send(request).map_err(|_| ended())?;
        let line = match running.answers.recv_timeout(self.limit) {
            Ok(line) => line.map_err(|source| self.failed("read the answer of", source))?,
            Err(RecvTimeoutError::Disconnected) => return Err(ended()),
            Err(RecvTimeoutError::Timeout) => {
                return Err(DetectError::TimedOut { program: self.program.clone(), limit: self.limit });
            }
        };
        if line.is_empty() {
            return Err(ended());
        }
        let answer: Answer = serde_json::from_slice(&line).map_err(|_| {
            let got = String::from_utf8_lossy(&line[..line.len().min(QUOTED)]).trim_end().to_owned();
            DetectError::Answer { program: self.program.clone(), got }
        })?;
        let face = |face: AnsweredFace| {
            let AnsweredFace { x, y, width, height, score } = face;
            Detection { bbox: FaceBox { x, y, width, height }, score }
        };
        Ok(answer.faces.into_iter().map(face).collect())
    }

    fn failed(&self, action: &'static str, source: io::Error) -> DetectError {
        DetectError::Program { action, program: self.program.clone(), source }
    }
}

impl FaceDetector for CommandDetector {
    fn name(&self) -> DetectorName {
        self.name
    }

    fn detect(&mut self, picture: &Picture) -> Result<Vec<Detection>, DetectError> {
        let running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let faces = self.ask(&running, picture)?;
        // Kept only after a good answer; otherwise dropping it has stopped the program.
        self.running = Some(running);
        Ok(faces)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; waiting leaves no zombie.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
