//! The program's log: to standard error, to the window's panel, and to files of the workspace.

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{DefaultFields, FormatFields, Writer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::args::{Cli, Command, LogFormat};
use crate::log_file::LogFile;
use fettle_app::LogLines;
use fettle_settings::Workspace;

/// What goes to panel and files.
const KEPT: &str = "warn,fettle=info";
/// Lines that wait to be written; what comes while so many wait is lost, since no frame and no request
/// waits for a disk.
const WAITING: usize = 10_000;

/// The log, for as long as this lives.
pub(crate) struct Log {
    /// The lines of the window's panel.
    pub(crate) lines: LogLines,
    /// Writes what waits when it is dropped.
    _writes: Option<WorkerGuard>,
}

/// Starts the log as the arguments say: at their level and in their form to standard error. The window and
/// the server also keep it in files.
pub(crate) fn start_log(cli: &Cli) -> Log {
    let default = match cli.verbose {
        0 => "off,fettle=error",
        1 => "fettle=info",
        _ => "fettle=debug",
    };
    let filter = EnvFilter::try_from_env("FETTLE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = LogLines::default();
    let panel = lines.clone();
    let to_panel = panel_layer(move || panel.clone());
    let to_terminal = fmt::layer().log_internal_errors(false).with_writer(std::io::stderr);
    let to_terminal = match cli.log_format {
        LogFormat::Text => to_terminal.boxed(),
        LogFormat::Json => to_terminal.json().flatten_event(true).boxed(),
    };
    let (to_files, writes) = file_of(cli).map_or((None, None), |file| {
        let (writer, guard) =
            NonBlockingBuilder::default().buffered_lines_limit(WAITING).finish(file);
        let layer = fmt::layer().log_internal_errors(false).with_ansi(false).with_writer(writer);
        let layer = layer.json().flatten_event(true).with_current_span(false);
        (Some(layer.with_filter(EnvFilter::new(KEPT))), Some(guard))
    });
    tracing_subscriber::registry()
        .with(to_terminal.with_filter(filter))
        .with(to_panel.with_filter(EnvFilter::new(KEPT)))
        .with(to_files)
        .init();
    Log { lines, _writes: writes }
}

/// Writes the lines of the panel. What cannot be written is lost: its own complaint would be written there,
/// too.
fn panel_layer<S, W>(writer: W) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> fmt::MakeWriter<'writer> + Send + Sync + 'static,
{
    let layer = fmt::layer().log_internal_errors(false).with_ansi(false);
    layer.fmt_fields(PanelFields(DefaultFields::new())).with_writer(writer)
}

/// Fields of spans as the panel shows them. A type of its own: layers share what one of them has written
/// of a span by the type of its format, and the terminal's has colours.
struct PanelFields(DefaultFields);

impl<'writer> FormatFields<'writer> for PanelFields {
    fn format_fields<R: RecordFields>(
        &self,
        writer: Writer<'writer>,
        fields: R,
    ) -> std::fmt::Result {
        self.0.format_fields(writer, fields)
    }
}

/// The file for what runs long: the window and the server.
fn file_of(cli: &Cli) -> Option<LogFile> {
    let name = match &cli.command {
        None | Some(Command::Window { .. }) => "window",
        Some(Command::Serve(serve)) if !serve.print_openapi => "server",
        Some(_) => return None,
    };
    // Where there is no workspace, the command says so.
    let workspace = Workspace::locate(cli.workspace.as_deref()).ok()?;
    Some(LogFile::new(&workspace.logs_dir(), name))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Written {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_panel_has_no_colours_of_the_terminal() {
        let (terminal, panel) = (Written::default(), Written::default());
        let (to_terminal, to_panel) = (terminal.clone(), panel.clone());
        let coloured = fmt::layer().with_ansi(true).with_writer(move || to_terminal.clone());
        let subscriber = tracing_subscriber::registry()
            .with(coloured)
            .with(panel_layer(move || to_panel.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("run", job = "inspect");
            let _entered = span.enter();
            tracing::warn!(part = "a.png", "job failed");
        });
        assert!(terminal.text().contains('\u{1b}'), "{}", terminal.text());
        let shown = panel.text();
        assert!(shown.contains("run{job=\"inspect\"}") && shown.contains("job failed"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }
}
