//! The terminal: messages in the person's language, a progress line, Ctrl-C.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::{Output, OutputFailed, error_line};
use fettle_domain::{CancelToken, Language, ManualFormat, Progress, printable_line};
use fettle_engine::{Engine, EngineError, JobUpdate, Request};
use fettle_i18n::Value;

/// Progress steps whose units are bytes.
const BYTE_STEPS: [&str; 7] = [
    "progress-back-up",
    "progress-restore",
    "progress-verify-backup",
    "progress-model-download",
    "progress-model-copy",
    "progress-model-unpack",
    "progress-model-verify",
];

/// Time that a cancelled job has to end by itself. What it wrote by then is whole, since files and
/// rows appear at once or not at all.
const GRACE: Duration = Duration::from_secs(10);
/// Exit status of a cancelled command: 128 + SIGINT, as shells report it.
pub(super) const CANCELLED: u8 = 130;

/// Output of commands and the job that they wait for.
pub(super) struct Terminal {
    language: Language,
    output: Output,
    running: Arc<Mutex<Option<CancelToken>>>,
}

/// Ends the process after [`GRACE`], whatever it does then.
fn end_after_grace() {
    let waiting = std::thread::Builder::new().name("fettle-grace".to_owned()).spawn(|| {
        std::thread::sleep(GRACE);
        std::process::exit(i32::from(CANCELLED));
    });
    if let Err(error) = waiting {
        tracing::warn!(%error, "the job ends when it looks up");
    }
}

impl Terminal {
    pub(super) fn new(language: Language) -> Self {
        let running: Arc<Mutex<Option<CancelToken>>> = Arc::default();
        let on_interrupt = Arc::clone(&running);
        let installed = ctrlc::set_handler(move || {
            let mut running = on_interrupt.lock().unwrap_or_else(PoisonError::into_inner);
            match running.take() {
                Some(job) => {
                    job.cancel();
                    end_after_grace();
                }
                // No job is running, or this is the second Ctrl-C: exits at once.
                None => std::process::exit(i32::from(CANCELLED)),
            }
        });
        if let Err(error) = installed {
            tracing::warn!(%error, "Ctrl-C will end the program at once");
        }
        Self { language, output: Output::default(), running }
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    /// The message `id` with its values.
    pub(super) fn text(&self, id: &str, values: &[(&str, Value)]) -> String {
        let values: Vec<(&str, Value)> = values
            .iter()
            .map(|(name, value)| match value {
                Value::Text(text) => (*name, Value::Text(printable_line(text).into_owned())),
                number => (*name, number.clone()),
            })
            .collect();
        fettle_i18n::text_with(self.language, id, &values)
    }

    /// The name in the language of the terminal, of one in both.
    pub(super) fn name_of(&self, ko: &str, en: &str) -> String {
        match self.language {
            Language::Ko => ko.to_owned(),
            Language::En => en.to_owned(),
        }
    }

    /// A position (from 1) in the manual at `path`: page, paragraph or line.
    pub(super) fn position(&self, path: &str, position: u32) -> String {
        self.text(ManualFormat::of_stored(path).position_message_id(), &[("page", position.into())])
    }

    /// Prints a line, in which a terminal finds nothing to obey.
    pub(super) fn print_line(&self, line: &str) {
        self.output.line(line);
    }

    /// Whether all that was printed arrived.
    ///
    /// # Errors
    /// [`OutputFailed`].
    pub(super) fn finish(&self) -> Result<(), OutputFailed> {
        self.output.finish()
    }

    /// Prints the message `id`.
    pub(super) fn print_message(&self, id: &str, values: &[(&str, Value)]) {
        self.print_line(&self.text(id, values));
    }

    /// Prints `label: value`.
    pub(super) fn print_field(&self, label: &str, value: &str) {
        self.print_line(&format!("{}: {value}", self.text(label, &[])));
    }

    /// Prints the message `id` to stderr.
    pub(super) fn eprint_message(&self, id: &str, values: &[(&str, Value)]) {
        self.eprint_line(&self.text(id, values));
    }

    /// Prints a line to stderr.
    pub(super) fn eprint_line(&self, line: &str) {
        error_line(line);
    }

    /// Prints `value` as one JSON object.
    pub(super) fn print_json(&self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        self.print_line(&serde_json::to_string_pretty(value)?);
        Ok(())
    }

    /// Runs a request and returns its answer. Shows progress on stderr; Ctrl-C cancels the job.
    pub(super) fn run<R: Request>(
        &self,
        engine: &Engine,
        request: R,
    ) -> Result<R::Answer, EngineError> {
        let job = engine.submit(request)?;
        self.set_running(Some(job.cancel_token()));
        let bar = ProgressBar::with_draw_target(
            None,
            if std::io::stderr().is_terminal() {
                ProgressDrawTarget::stderr_with_hz(10)
            } else {
                ProgressDrawTarget::hidden()
            },
        );
        bar.enable_steady_tick(Duration::from_millis(200));
        let mut step = "";
        let answer = job.wait(|update| match update {
            JobUpdate::Progress(progress) => {
                self.draw(&bar, &progress, progress.step != step);
                step = progress.step;
            }
            JobUpdate::Event(_) => bar.inc(1),
        });
        bar.finish_and_clear();
        self.set_running(None);
        answer
    }

    /// A token that Ctrl-C and SIGTERM cancel, for a command that runs until then.
    pub(super) fn interruption(&self) -> CancelToken {
        let token = CancelToken::default();
        self.set_running(Some(token.clone()));
        token
    }

    fn draw(&self, bar: &ProgressBar, progress: &Progress, new_step: bool) {
        if new_step {
            let units = if BYTE_STEPS.contains(&progress.step) {
                "{bytes}/{total_bytes} {bytes_per_sec}"
            } else {
                "{pos}/{len}"
            };
            let template = format!("{{spinner}} {{msg}} {{wide_bar}} {units} {{eta}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar.reset_eta();
        }
        bar.set_message(format!(
            "{} {}",
            self.text(progress.step, &[]),
            printable_line(&progress.subject)
        ));
        match progress.total {
            Some(total) => bar.set_length(total),
            None => bar.unset_length(),
        }
        bar.set_position(progress.done);
    }

    fn set_running(&self, job: Option<CancelToken>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = job;
    }
}
