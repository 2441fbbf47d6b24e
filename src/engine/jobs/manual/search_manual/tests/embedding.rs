//! A manual of 80 sections: words answer at once, meaning when it is embedded; a job that is cut off
//! goes on where it was.

use super::*;
use crate::error::EngineError;
use crate::{EmbedManuals, JobUpdate};
use fettle_testing::data::model;

/// Sections of the manual.
const SECTIONS: usize = 80;
/// Passages after which the job is cut off.
const CUT: u64 = 40;

fn eighty_sections() -> String {
    let parts = ["베어링", "기어", "밸브", "축", "패킹"];
    let faults = ["균열", "마모", "누설", "변색"];
    let mut text = String::new();
    for number in 0..SECTIONS {
        let part = parts[number % parts.len()];
        let fault = faults[number / parts.len() % faults.len()];
        text += &format!(
            "결함 {number} ({part} {fault})\n발생 원인\n- {part} {number}호의 윤활 부족\n\
             조치 가이드\n- {part} {number}호 교체\n\n"
        );
    }
    text
}

fn with_manual(models: &Path) -> (TempDir, Engine, ProductCode) {
    let (dir, engine) = engine(models);
    let path = dir.path().join("long.txt");
    std::fs::write(&path, eighty_sections()).unwrap();
    let part = product("part", "기계", "Machine");
    register(&engine, &part, &[], path);
    (dir, engine, part.code)
}

/// The indexes of a workspace: names and bytes.
fn indexes(engine: &Engine) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(engine.workspace().index_dir())
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap()))
        .filter(|(name, _)| name.starts_with("passages-"))
        .collect();
    found.sort();
    found
}

#[test]
fn a_long_manual_is_embedded_in_batches_that_outlive_the_job() {
    let Some(weights) = model("multilingual-e5-small", "e5-small-q4.bin") else { return };
    let models = weights.parent().unwrap().parent().unwrap();
    let (_dir, engine, part) = with_manual(models);
    let at_once =
        || SearchManual { embed: false, ..asks("밸브 37호 윤활", Some(part.clone()), 3) };
    let words = submit(&engine, at_once());
    assert!(words.notice.as_ref().unwrap().contains("0 of"), "{words:?}");
    assert!(words.reply.passages()[0].vector_score.is_none());
    assert!(words.reply.passages()[0].chunk.words.contains("37"), "{words:?}");

    let job = engine.submit(EmbedManuals(Some(part.clone()))).unwrap();
    let cancel = job.cancel_token();
    let cut = job.wait(|update| {
        if let JobUpdate::Progress(progress) = update
            && progress.done >= CUT
        {
            cancel.cancel();
        }
    });
    assert!(matches!(cut, Err(EngineError::Cancelled)), "{cut:?}");
    let partly = submit(&engine, at_once());
    assert!(partly.notice.is_some() && partly.reply.passages()[0].vector_score.is_none());

    let rest = submit(&engine, EmbedManuals(Some(part.clone())));
    assert!(rest.new > 0 && rest.new + 16 <= rest.passages, "it began anew: {rest:?}");
    let whole = submit(&engine, at_once());
    assert_eq!(whole.notice, None);
    assert!(whole.reply.passages()[0].vector_score.is_some());
    assert_eq!(submit(&engine, EmbedManuals(Some(part.clone()))).new, 0);

    // As if it had never been cut off.
    let (_other, uncut, same) = with_manual(models);
    submit(&uncut, EmbedManuals(Some(same)));
    assert!(indexes(&engine) == indexes(&uncut), "another index");

    // A damaged file is embedded again.
    let dir = engine.workspace().index_dir();
    for (name, bytes) in indexes(&engine) {
        std::fs::write(dir.join(name), &bytes[..bytes.len() / 2]).unwrap();
    }
    assert!(submit(&engine, at_once()).notice.is_some());
    let again = submit(&engine, EmbedManuals(Some(part)));
    assert_eq!(again.new, again.passages);
    assert!(indexes(&engine) == indexes(&uncut), "another index");
}
