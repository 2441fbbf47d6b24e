//! Printing inspections on the machine's printer.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::export_pdf::{ExportPdf, InspectionSelection};
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::Role;
use fettle_system::{HelperProgram, kill_group};

/// The program that takes a file for the printer, by CUPS and by System V.
const PROGRAM: &str = "lp";
/// Variables beside the usual ones that choose the printer and its server.
const PRINTER_VARIABLES: &[&str] = &["CUPS_", "LPDEST", "PRINTER"];
/// The longest wait for the program. It takes the file and leaves; the printer's queue does the rest.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The most that is read of what the program says, in bytes.
const MOST_SAID: u64 = 1 << 16;
/// How often the program is asked whether it has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Prints inspections as [`ExportPdf`] writes them, on the printer that the system's settings name. The
/// file is private to this account, and goes once it is in the printer's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintInspections {
    /// The inspections.
    pub which: InspectionSelection,
    /// The program that prints: a name to be found among the machine's programs, or a whole path.
    pub program: PathBuf,
}

impl PrintInspections {
    /// Prints these inspections with the system's program.
    pub fn new(which: InspectionSelection) -> Self {
        Self { which, program: PROGRAM.into() }
    }
}

/// Result of [`PrintInspections`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedInspections {
    /// Number of inspections.
    pub parts: usize,
    /// What the program said, such as the number of the printer's job.
    pub said: String,
    /// Letters that no font of this machine has.
    pub missing_letters: String,
}

impl Request for PrintInspections {
    type Answer = PrintedInspections;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "print"
    }

    fn role(&self) -> Role {
        Role::Supervisor
    }

    fn run(self, job: &JobContext) -> Result<PrintedInspections> {
        let scratch = job.shared.workspace.scratch_dir();
        // A machine that cannot print says so before the long work.
        let helper =
            HelperProgram::new(&self.program, &scratch).map_err(|error| match error.kind() {
                ErrorKind::NotFound => EngineError::NoPrinting,
                _ => EngineError::File { path: scratch.clone(), source: error },
            })?;
        let path = helper.folder().join("fettle.pdf");
        let written = ExportPdf { which: self.which, path: path.clone() }.run(job)?;
        let said = print(job, &helper, &path)?;
        let missing_letters = written.missing_letters;
        Ok(PrintedInspections { parts: written.parts, said, missing_letters })
    }
}

/// Hands the file to the program, and returns what the program said.
fn print(job: &JobContext, helper: &HelperProgram, pdf: &Path) -> Result<String> {
    let file = |source| EngineError::File { path: pdf.to_owned(), source };
    let mut command = helper.command(PRINTER_VARIABLES);
    command.args(["-t", "Fettle", "--"]).arg(pdf);
    // Files rather than pipes: no one reads while the program runs.
    let out = helper.folder().join("said.txt");
    let opened = std::fs::File::create(&out).map_err(file)?;
    let errors = opened.try_clone().map_err(file)?;
    command.stdout(Stdio::from(opened)).stderr(Stdio::from(errors));
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = KillOnDrop(command.spawn().map_err(file)?);
    let begun = Instant::now();
    let status = loop {
        job.check()?;
        match child.0.try_wait().map_err(file)? {
            Some(status) => break status,
            None if begun.elapsed() > TIMEOUT => {
                let why = format!("no answer in {} s", TIMEOUT.as_secs());
                return Err(EngineError::Printer(why));
            }
            None => std::thread::sleep(POLL_INTERVAL),
        }
    };
    let said = fettle_system::read(&out, MOST_SAID).map_err(file)?;
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    match status.success() {
        true => Ok(said),
        false if said.is_empty() => Err(EngineError::Printer(status.to_string())),
        false => Err(EngineError::Printer(said)),
    }
}

/// A program that is ended, with those that it started, when the handle is dropped.
struct KillOnDrop(Child);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            kill_group(&self.0);
        }
        // Both fail only if the process has ended already.
        let _result = self.0.kill();
        let _result = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, EngineOptions, Inspect};
    use fettle_domain::{InspectionId, Language};
    use fettle_settings::{Settings, Workspace};

    /// A program of this text.
    #[cfg(unix)]
    fn program(dir: &Path, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[cfg(unix)]
    #[test]
    fn a_part_goes_to_the_printer_and_nothing_of_it_stays() {
        let dir = tempfile::tempdir().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let workspace = Workspace::at(dir.path().join("workspace")).with_models(dir.path());
        workspace.create().unwrap();
        let engine = Engine::start(workspace.clone(), Settings::default(), options).unwrap();
        let image = dir.path().join("part.png");
        image::RgbImage::from_pixel(16, 16, image::Rgb([90; 3])).save(&image).unwrap();
        let inspect = Inspect { image, product: None, with_llm: false, out: None };
        engine.submit(inspect).unwrap().wait(|_| {}).unwrap();

        let which = InspectionSelection::Ids(vec![InspectionId(1)]);
        let print = |program: PathBuf| {
            let request = PrintInspections { which: which.clone(), program };
            engine.submit(request).unwrap().wait(|_| {})
        };
        let kept = dir.path().join("printed.pdf");
        let text = format!(
            "#!/bin/sh\n[ \"$1 $2 $3\" = '-t Fettle --' ] || exit 3\ncp \"$4\" '{}'\n\
             echo 'request id is Line-7 (1 file(s))'\n",
            kept.display()
        );
        let printed = print(program(dir.path(), "lp", &text)).unwrap();
        assert_eq!((printed.parts, printed.said.as_str()), (1, "request id is Line-7 (1 file(s))"));
        let lines = fettle_manuals::read_lines(&kept).unwrap();
        assert!(lines.iter().any(|line| line.text.contains("part.png")), "{lines:?}");

        let refusing =
            "#!/bin/sh\necho 'lp: Error - no default destination available.' >&2\nexit 1\n";
        let error = print(program(dir.path(), "refusing", refusing)).unwrap_err();
        assert!(matches!(&error, EngineError::Printer(why) if why.contains("no default")));
        let error = print("no-such-program-of-fettle".into()).unwrap_err();
        assert!(matches!(error, EngineError::NoPrinting), "{error}");
        for language in [Language::Ko, Language::En] {
            assert!(error.explain(language).contains("PDF"), "{}", error.explain(language));
        }
        // One who waits for a program that never ends can stop.
        let hanging = program(dir.path(), "hanging", "#!/bin/sh\nsleep 600\n");
        let request = PrintInspections { which: which.clone(), program: hanging };
        let handle = engine.submit(request).unwrap();
        let cancel = handle.cancel_token();
        std::thread::sleep(Duration::from_millis(300));
        cancel.cancel();
        assert!(matches!(handle.wait(|_| {}).unwrap_err(), EngineError::Cancelled));
        let left = std::fs::read_dir(workspace.scratch_dir()).unwrap().count();
        assert_eq!(left, 0, "files of the prints");
    }
}
