//! How well questions are answered: recall of the right section, what is declined, what is
//! excluded, with a text encoder and by words alone. Printed as tables.
#![allow(clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};

use super::question_set::{Question, first_questions, questions};
use super::*;
use crate::jobs::manual::passage_index::embed;
use fettle_domain::{ModelRole, Role, TextKind};
use fettle_manuals::read_lines;
use fettle_retrieval::keyword_index::KeywordIndex;
use fettle_retrieval::vocabulary::Vocabulary;
use fettle_testing::data::{checkout, model, shared};

/// Counts of one set of questions.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    /// Questions that a manual answers.
    pub(super) answerable: u32,
    /// Of these: a right section first, among three; declined; asked back.
    pub(super) first: u32,
    three: u32,
    lost: u32,
    asked_back: u32,
    /// Questions that no manual answers, and how many were declined.
    unanswerable: u32,
    declined: u32,
}

impl Counts {
    pub(super) fn share(part: u32, of: u32) -> f64 {
        f64::from(part) / f64::from(of.max(1))
    }

    pub(super) fn at_1(self) -> f64 {
        Self::share(self.first, self.answerable)
    }

    pub(super) fn declined(self) -> f64 {
        Self::share(self.declined, self.unanswerable)
    }

    pub(super) fn lost_share(self) -> f64 {
        Self::share(self.lost, self.answerable)
    }
}

fn section_of(found: &FoundPassage) -> String {
    let defect = found.chunk.defect.as_ref().map_or("?", DefectCode::as_str);
    format!("{}/{defect}", found.manual.product)
}

/// The rank of the first right section; a section ranks as its best passage.
fn place(
    passages: &[&FoundPassage],
    right: &BTreeSet<&String>,
    score: impl Fn(&FoundPassage) -> Option<f32>,
) -> Option<usize> {
    let mut ranked: Vec<_> =
        passages.iter().filter_map(|found| Some((score(found)?, section_of(found)))).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut sections: Vec<String> = Vec::new();
    for (_, section) in ranked {
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    sections.iter().position(|section| right.contains(section))
}

/// Counts by set, for each ranking.
pub(super) type Table = BTreeMap<(String, &'static str), Counts>;

pub(super) fn measure(engine: &Engine, questions: &[Question], in_own_manual: bool) -> Table {
    let mut table = Table::new();
    let mut signs = Vec::new();
    for question in questions {
        let own = ProductCode::new(&question.product).unwrap();
        let product = in_own_manual.then_some(own);
        let answer = submit(engine, asks(&question.question, product.clone(), usize::MAX));
        if std::env::var_os("FETTLE_SIGNS").is_some() {
            let read = submit(engine, ReadSigns(asks(&question.question, product, 1)));
            signs.push(serde_json::json!({
                "set": question.set, "product": question.product, "own": in_own_manual,
                "answerable": !question.expect.is_empty(), "question": question.question,
                "known": read.known, "outside": read.outside, "shared": read.shared,
                "covered": read.covered, "nearer": read.nearer,
            }));
        }
        let mut right: BTreeSet<&String> = question.expect.iter().collect();
        if !in_own_manual {
            right.extend(&question.also);
        }
        let passages = answer.reply.passages();
        let order: BTreeMap<_, _> = (0_u16..)
            .zip(&passages)
            .map(|(at, found)| ((found.manual.id, found.chunk.statement.clone()), -f32::from(at)))
            .collect();
        let both = |found: &FoundPassage| {
            order.get(&(found.manual.id, found.chunk.statement.clone())).copied()
        };
        let declined = matches!(answer.reply, ManualReply::NotSaid { .. });
        let asked_back = matches!(answer.reply, ManualReply::Clarify { .. });
        for (by, place) in [
            ("vectors", place(&passages, &right, |found| found.vector_score)),
            ("bm25", place(&passages, &right, |found| found.keyword_score)),
            ("both", place(&passages, &right, both)),
        ] {
            for set in [question.set.as_str(), "all"] {
                let counts = table.entry((set.to_owned(), by)).or_default();
                if question.expect.is_empty() {
                    counts.unanswerable += 1;
                    counts.declined += u32::from(declined);
                    continue;
                }
                counts.answerable += 1;
                counts.first += u32::from(place == Some(0));
                counts.three += u32::from(place.is_some_and(|place| place < 3));
                counts.lost += u32::from(declined);
                counts.asked_back += u32::from(asked_back);
            }
            if by != "both" || question.set != "tuned" {
                continue;
            }
            let (asked, p) = (&question.question, answer.probability);
            if question.expect.is_empty() {
                if !declined {
                    eprintln!("  not declined ({p:.2}): {asked}");
                }
            } else if declined || place != Some(0) {
                let first = passages.first().map(|found| section_of(found));
                eprintln!("  missed ({p:.2}): {:?} {asked}: {first:?}", question.expect);
            }
        }
        for code in &question.excluded {
            let shows = |found: &&FoundPassage| {
                found.manual.product.as_str() == question.product
                    && found.chunk.defect.as_ref().is_some_and(|defect| defect.as_str() == code)
            };
            if passages.iter().any(shows) {
                let counts =
                    table.entry((question.set.clone(), "shown though excluded")).or_default();
                counts.answerable += 1;
            }
        }
    }
    for ((set, by), counts) in &table {
        eprintln!(
            "{set:6} {by:8} {:4} answerable  @1 {:.3}  @3 {:.3}  lost {:.3}  asked back {:.3} | {:3} \
             unanswerable  declined {:.3}",
            counts.answerable,
            counts.at_1(),
            Counts::share(counts.three, counts.answerable),
            counts.lost_share(),
            Counts::share(counts.asked_back, counts.answerable),
            counts.unanswerable,
            counts.declined(),
        );
    }
    if let Some(path) = std::env::var_os("FETTLE_SIGNS") {
        use std::io::Write as _;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let mut file = file.unwrap();
        for sign in signs {
            writeln!(file, "{sign}").unwrap();
        }
    }
    table
}

/// Reads the signs of a question.
struct ReadSigns(SearchManual);

impl Request for ReadSigns {
    type Answer = fettle_retrieval::answerability::Signs;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "read-signs"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Self::Answer> {
        let corpus = Corpus::read(job, self.0.product.clone(), None)?;
        let asked = Asked::read(&self.0.question, &corpus);
        Ok(Ranking::of(job, &corpus, &asked, true)?.signs)
    }
}

/// What a naive chunker finds: windows of lines, by BM25 and by vectors.
struct PlainChunks {
    questions: Vec<Question>,
    own: bool,
}

/// Lines of a window, and from one window to the next.
const WINDOW: usize = 8;
const STRIDE: usize = 4;

impl Request for PlainChunks {
    /// Of the answerable questions: how many, right first by BM25, right first by vectors.
    type Answer = (u32, u32, u32);
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "plain-chunks"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Self::Answer> {
        let model = job.shared.model_for(ModelRole::TextEmbedder)?;
        let mut chunks: Vec<(ProductCode, String, String)> = Vec::new();
        let corpus = Corpus::read(job, None, None)?;
        for (manual, passages) in &corpus.manuals {
            let lines = read_lines(&job.shared.workspace.file(&manual.path)).unwrap();
            let mut section = "?".to_owned();
            let mut placed = Vec::new();
            for line in &lines {
                let heading = passages.iter().find(|one| one.heading == line.text.trim());
                if let Some(heading) = heading {
                    let defect = heading.defect.as_ref().map_or("?", DefectCode::as_str);
                    section = format!("{}/{defect}", manual.product);
                } else if line.text.contains("요약") {
                    section = "?".to_owned();
                }
                placed.push((section.clone(), line.text.clone()));
            }
            for start in (0..placed.len()).step_by(STRIDE) {
                let window: Vec<_> = placed.iter().skip(start).take(WINDOW).collect();
                // The section of most of its lines.
                let count = |wanted: &str| window.iter().filter(|(own, _)| own == wanted).count();
                let most = window.iter().max_by_key(|(own, _)| count(own)).unwrap();
                let text: Vec<&str> = window.iter().map(|(_, text)| text.as_str()).collect();
                chunks.push((manual.product.clone(), most.0.clone(), text.join("\n")));
            }
        }
        let texts = chunks.iter().map(|(.., text)| text.clone()).collect();
        let vectors = embed(job, &model, texts, TextKind::Passage)?;
        let mut counts = (0, 0, 0);
        for question in self.questions.iter().filter(|question| !question.expect.is_empty()) {
            let mut right: BTreeSet<&String> = question.expect.iter().collect();
            if !self.own {
                right.extend(&question.also);
            }
            let is_asked =
                |product: &ProductCode| !self.own || product.as_str() == question.product;
            let asked: Vec<usize> =
                (0..chunks.len()).filter(|at| is_asked(&chunks[*at].0)).collect();
            let index = KeywordIndex::new(asked.iter().map(|at| chunks[*at].2.as_str()));
            let by_words = index
                .search(&question.question, &Vocabulary::general())
                .first()
                .map(|(at, _)| asked[*at]);
            let query = embed(job, &model, vec![question.question.clone()], TextKind::Query)?;
            let cosine =
                |at: usize| -> f32 { vectors[at].iter().zip(&query[0]).map(|(a, b)| a * b).sum() };
            let nearest = asked.iter().max_by(|a, b| cosine(**a).total_cmp(&cosine(**b)));
            let is_right = |at: Option<usize>| at.is_some_and(|at| right.contains(&chunks[at].1));
            counts.0 += 1;
            counts.1 += u32::from(is_right(by_words));
            counts.2 += u32::from(is_right(nearest.copied()));
        }
        Ok(counts)
    }
}

/// The manuals of other trades that were written for this measurement.
pub(super) fn other_manuals(engine: &Engine) {
    for (code, name_ko, name_en, defects) in [
        (
            "mould",
            "사출 커버",
            "moulded cover",
            &[
                ("sink", "싱크마크"),
                ("short", "미성형"),
                ("weld", "웰드라인"),
                ("flash", "플래시"),
                ("silver", "은조"),
            ][..],
        ),
        (
            "solder",
            "회로 기판",
            "circuit board",
            &[("bridge", "브리지"), ("cold", "냉땜"), ("void", "보이드"), ("tomb", "맨하탄")],
        ),
    ] {
        let path = checkout().join(format!("tests/retrieval/{code}_manual.txt"));
        register(engine, &product(code, name_ko, name_en), defects, path);
    }
}

#[test]
fn the_written_questions_are_answered_and_the_others_declined() {
    let Some(folder) = shared("data/manuals") else { return };
    let Some(weights) = model("multilingual-e5-small", "e5-small-q4.bin") else { return };
    let none = tempfile::tempdir().unwrap();
    for models in [weights.parent().unwrap().parent().unwrap(), none.path()] {
        let by_meaning = models != none.path();
        eprintln!("==== {}", if by_meaning { "by meaning and words" } else { "by words alone" });
        let (_dir, engine) = engine(models);
        four_manuals(&engine, &folder);
        for own in [true, false] {
            eprintln!(
                "-- in {}",
                if own { "the manual of the product" } else { "all four manuals" }
            );
            if by_meaning {
                for (set, questions) in
                    [("first", first_questions()), ("further", questions("hard_questions.json"))]
                {
                    let (asked, words, vectors) = submit(&engine, PlainChunks { questions, own });
                    eprintln!("plain chunks, {set}: {asked}, bm25 {words}, vectors {vectors}");
                }
            }
            eprintln!("first questions:");
            let first = measure(&engine, &first_questions(), own);
            eprintln!("further questions:");
            let further = measure(&engine, &questions("hard_questions.json"), own);
            eprintln!("fresh questions, written when the method was fixed:");
            measure(&engine, &questions("fresh_questions.json"), own);
            eprintln!("unanswered questions, fitted to:");
            measure(&engine, &questions("unanswered_questions.json"), own);
            let key = ("all".to_owned(), "both");
            let (first, further) = (first[&key], further[&key]);
            let both = f64::from(first.first + further.first)
                / f64::from(first.answerable + further.answerable);
            let lost = f64::from(first.lost + further.lost)
                / f64::from(first.answerable + further.answerable);
            eprintln!("all: @1 {both:.3}, declined {:.3}, lost {lost:.3}", further.declined());
            let at_1 = match (own, by_meaning) {
                (true, true) => 0.95,
                (true, false) => 0.93,
                (false, true) => 0.85,
                (false, false) => 0.82,
            };
            assert!(both >= at_1, "recall at 1 is {both:.3}");
            assert!(lost <= 0.03, "{lost:.3} of the answerable questions are declined");
            assert!(further.declined() >= 0.85, "{further:?}");
        }
        let (_dir, engine) = self::engine(models);
        other_manuals(&engine);
        eprintln!("-- manuals of other trades:");
        measure(&engine, &questions("other_manuals_questions.json"), true);
    }
}
