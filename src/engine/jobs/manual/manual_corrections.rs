//! Correcting what was read from a manual.

use std::path::PathBuf;

use super::in_force::manuals_in_force;
use super::manual_file::read_manual_file;
use super::manual_text::{manual_text, parse_manual, reparse_manual};
use super::register_manual::ParsedManual;
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    LabelRule, ManualCorrections, ManualFormat, ManualId, ManualText, RegisteredManual, Role,
    SizePt,
};
use fettle_manuals::{page_sizes, with_unplaced_lines};

/// Reads a manual as it is, without corrections, for a person to correct it.
#[derive(Debug, Clone, Copy)]
pub struct OpenManualReview(pub ManualId);

/// A manual as it was read, and its corrections in force.
#[derive(Debug, Clone)]
pub struct ManualReview {
    /// The manual.
    pub manual: RegisteredManual,
    /// The text without corrections; [`apply_corrections`](crate::apply_corrections) makes the other.
    pub read: ManualText,
    /// The corrections in force. Of the labels of the workspace those that the manual has.
    pub corrections: ManualCorrections,
    /// Size of each page; empty for a format without pages.
    pub pages: Vec<SizePt>,
}

impl Request for OpenManualReview {
    type Answer = ManualReview;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "open-manual-review"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<ManualReview> {
        let Self(id) = self;
        let Uncorrected { manual, path, bytes, read, corrections } = Uncorrected::open(job, id)?;
        job.check()?;
        let pages = match ManualFormat::of_stored(&manual.path) {
            ManualFormat::Pdf => page_sizes(&path, bytes)?,
            _ => Vec::new(),
        };
        Ok(ManualReview { manual, read, corrections, pages })
    }
}

/// A manual as it was read, without its pages.
pub(super) struct Uncorrected {
    pub(super) manual: RegisteredManual,
    /// Its file.
    path: PathBuf,
    bytes: Vec<u8>,
    /// The text without corrections.
    pub(super) read: ManualText,
    /// The corrections in force. Of the labels of the workspace those that the manual has.
    pub(super) corrections: ManualCorrections,
}

impl Uncorrected {
    /// Reads the file of a manual and what was corrected in it.
    pub(super) fn open(job: &JobContext, id: ManualId) -> Result<Self> {
        let (manual, defects, mut corrections) = job.library(move |library| {
            let lineage = library.manual_lineage(id)?;
            let defects = library.defect_types(&lineage.product)?;
            Ok((library.manual(id)?, defects, library.manual_corrections(&lineage)?))
        })?;
        job.report("progress-manual", &manual.path, 0, 1);
        let (path, bytes) = read_manual_file(job, &manual)?;
        let read = with_unplaced_lines(parse_manual(job, &path, &bytes, &defects)?);
        corrections.labels.retain(|rule| read.has_label(&rule.label));
        Ok(Self { manual, path, bytes, read, corrections })
    }
}

/// Saves the corrections of a manual, which hold for its next versions, and reads again what they
/// concern: this manual, and every manual in force where labels of the workspace changed.
#[derive(Debug, Clone)]
pub struct SaveManualCorrections {
    /// The manual.
    pub manual: ManualId,
    /// Its edits, all of them, and the labels of the workspace that are new or changed.
    pub corrections: ManualCorrections,
    /// Labels that stand for nothing any more.
    pub forgotten: Vec<LabelRule>,
}

impl Request for SaveManualCorrections {
    type Answer = ParsedManual;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "save-manual-corrections"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ParsedManual> {
        let Self { manual: id, corrections, forgotten } = self;
        let is_for_all = !(corrections.labels.is_empty() && forgotten.is_empty());
        job.library(move |library| {
            let lineage = library.manual_lineage(id)?;
            library.save_manual_edits(&lineage, &corrections.edits)?;
            let forgotten: Vec<String> = forgotten.into_iter().map(|rule| rule.label).collect();
            library.save_label_rules(&corrections.labels, &forgotten)
        })?;
        // From here on every reader of a manual applies the corrections: a cancellation loses nothing.
        read_again(job, id, is_for_all)
    }
}

/// Takes the corrections that were saved last for a manual back: those before are in force again. The
/// labels of the workspace stay.
#[derive(Debug, Clone, Copy)]
pub struct UndoManualCorrections(pub ManualId);

impl Request for UndoManualCorrections {
    type Answer = ParsedManual;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "undo-manual-corrections"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<ParsedManual> {
        let Self(id) = self;
        job.library(move |library| {
            let lineage = library.manual_lineage(id)?;
            library.undo_manual_edits(&lineage)
        })?;
        read_again(job, id, false)
    }
}

/// Reads a manual again, and, with `all`, every other manual in force whose text is not up to date.
fn read_again(job: &JobContext, id: ManualId, all: bool) -> Result<ParsedManual> {
    let manual = job.library(move |library| library.manual(id))?;
    let others = if all { manuals_in_force(job, None)? } else { Vec::new() };
    let total = 1 + others.len() as u64;
    job.report("progress-manual", &manual.path, 0, total);
    let text = reparse_manual(job, &manual)?;
    for (done, other) in (1..).zip(others.iter().filter(|other| other.id != id)) {
        job.check()?;
        job.report("progress-manual", &other.path, done, total);
        // One that cannot be read now is read when it is used, and says why then.
        match manual_text(job, other) {
            Err(error) if !error.is_recoverable() => return Err(error),
            _ => {}
        }
    }
    Ok(ParsedManual { manual, text, undo: None })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        AddDefectType, AddProduct, Engine, EngineOptions, IngestManuals, OpenManual, RegisterManual,
    };
    use fettle_domain::{
        DefectCode, Language, ManualEdit, ManualWarning, Product, ProductCode, StatementKind,
    };
    use fettle_settings::{Settings, Workspace};

    const MANUAL: &str = "기공 (hole)\n발생 원인\n- 탈기 불량\n반장 한마디:\n- 압력을 본다\n\
                          조치 가이드\n- 탈기 강화\n- 온도 유지\n";
    const NEXT: &str = "서문\n기공 (hole)\n발생 원인\n- 습기\n- 탈기 불량\n반장 한마디:\n- 압력을 본다\n\
                        - 온도를 잰다\n조치 가이드\n- 온도 유지\n- 탈기를 강화\n";
    const OTHER: &str = "긁힘\n발생 원인\n- 충돌\n반장 한마디:\n- 패드를 본다\n조치\n- 패드\n";

    fn submit<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    fn part() -> ProductCode {
        ProductCode::new("part").unwrap()
    }

    fn start_engine(dir: &Path) -> Engine {
        let workspace = Workspace::at(dir.join("workspace"));
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let (name_ko, name_en) = (String::new(), String::new());
        submit(&engine, AddProduct(Product { code: part(), name_ko, name_en })).unwrap();
        let code = DefectCode::new("hole").unwrap();
        let (name_ko, name_en) = (Some("기공".to_owned()), None);
        let request = AddDefectType { product: part(), code, name_ko, name_en, full_name: None };
        submit(&engine, request).unwrap();
        engine
    }

    fn add(engine: &Engine, path: &Path, text: &str) -> ParsedManual {
        std::fs::write(path, text).unwrap();
        submit(engine, RegisterManual { product: part(), path: path.to_owned() }).unwrap()
    }

    fn said(text: &ManualText) -> Vec<(StatementKind, String)> {
        let all = text.sections.iter().flat_map(|section| section.all_statements());
        all.map(|one| (one.kind, one.text.clone())).collect()
    }

    fn rule() -> LabelRule {
        LabelRule { label: "반장 한마디".into(), kind: StatementKind::Inspection }
    }

    /// The edits of a review: an action that is prevention, and one that is none.
    fn edits(read: &ManualText) -> Vec<ManualEdit> {
        let line = |text: &str| {
            let place = read.line_places().into_iter();
            let mut place = place.filter(|place| read.line_text(*place) == Some(text));
            read.line_ref(place.next().unwrap()).unwrap()
        };
        let section = read.section_ref(0).unwrap();
        let kind = StatementKind::Prevention;
        vec![
            ManualEdit::Place { line: line("온도 유지"), section, kind },
            ManualEdit::Dismiss { line: line("탈기 강화") },
        ]
    }

    #[test]
    fn a_correction_holds_for_the_next_version_and_a_label_for_other_manuals() {
        use StatementKind::{Action, Cause, Inspection, Other, Prevention};
        let dir = tempfile::tempdir().unwrap();
        let engine = start_engine(dir.path());
        let path = dir.path().join("a.txt");
        let first = add(&engine, &path, MANUAL);
        let other = add(&engine, &dir.path().join("b.txt"), OTHER);
        let s = |kind: StatementKind, text: &str| (kind, text.to_owned());
        let as_read = [
            s(Cause, "탈기 불량"),
            s(Action, "탈기 강화"),
            s(Action, "온도 유지"),
            s(Other, "압력을 본다"),
        ];
        assert_eq!(said(&first.text), as_read);

        let review = submit(&engine, OpenManualReview(first.manual.id)).unwrap();
        assert!(review.corrections.is_empty() && review.pages.is_empty());
        let corrections = ManualCorrections { labels: vec![rule()], edits: edits(&review.read) };
        let request = SaveManualCorrections {
            manual: first.manual.id,
            corrections: corrections.clone(),
            forgotten: Vec::new(),
        };
        let saved = submit(&engine, request.clone()).unwrap();
        let corrected =
            [s(Cause, "탈기 불량"), s(Inspection, "압력을 본다"), s(Prevention, "온도 유지")];
        assert_eq!(said(&saved.text), corrected);
        let open = |id| submit(&engine, OpenManual(id)).unwrap().text.unwrap();
        assert_eq!(open(first.manual.id), saved.text);
        let of_other = open(other.manual.id);
        assert_eq!(said(&of_other)[2], s(Inspection, "패드를 본다"));
        let review = submit(&engine, OpenManualReview(first.manual.id)).unwrap();
        assert_eq!((said(&review.read), review.corrections), (as_read.to_vec(), corrections));

        // The next version: what moved is corrected, what is worded otherwise is named.
        let next = add(&engine, &path, NEXT);
        assert_ne!(next.manual.id, first.manual.id);
        let expected = [
            s(Cause, "습기"),
            s(Cause, "탈기 불량"),
            s(Action, "탈기를 강화"),
            s(Inspection, "압력을 본다"),
            s(Inspection, "온도를 잰다"),
            s(Prevention, "온도 유지"),
        ];
        assert_eq!(said(&next.text), expected);
        let missed = ManualWarning::CorrectionMissed { text: "탈기 강화".into() };
        assert!(next.text.warnings.contains(&missed), "{:?}", next.text.warnings);
        // So does a file that is written over, and reading all manuals again.
        let file = engine.workspace().root().join(&next.manual.path);
        std::fs::write(&file, format!("{NEXT}- 금형 점검\n")).unwrap();
        let ingested = submit(&engine, IngestManuals(Some(part()))).unwrap();
        let newest = ingested.iter().find(|one| one.manual.path == next.manual.path).unwrap();
        assert_eq!(said(&newest.text)[6..], expected[5..]);

        // Taken back: the edits first, then the label.
        let undone = submit(&engine, UndoManualCorrections(newest.manual.id)).unwrap();
        assert!(said(&undone.text).contains(&s(Action, "온도 유지")));
        let forget = SaveManualCorrections {
            manual: newest.manual.id,
            corrections: ManualCorrections::default(),
            forgotten: vec![rule()],
        };
        let forgot = submit(&engine, forget).unwrap();
        assert!(said(&forgot.text).contains(&s(Other, "압력을 본다")));
        assert_eq!(said(&open(other.manual.id)), said(&other.text));
    }

    #[test]
    fn a_manual_that_changed_is_not_corrected_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let engine = start_engine(dir.path());
        let read = add(&engine, &dir.path().join("a.txt"), MANUAL);
        let file = engine.workspace().root().join(&read.manual.path);
        std::fs::write(file, NEXT).unwrap();
        let error = submit(&engine, OpenManualReview(read.manual.id)).unwrap_err();
        assert!(matches!(error, crate::EngineError::ManualChanged(_)), "{error:?}");
    }
}
