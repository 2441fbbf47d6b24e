//! Four manuals of factories, compared with poppler's reading of the same files. The text of the
//! manuals must not be published, so the snapshots have digests only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::korean_action::action_sentence;
use crate::{chunks, find_section, parse, prompt, read_file};
use fettle_domain::{DefectType, LineSpan, ManualText, ManualWarning, RectPt, Statement};
use fettle_testing::data::{Skip, shared, skipped};
use fettle_testing::documents::defect;

const MANUALS: [(&str, &[(&str, &str)]); 4] = [
    ("prod1_menual.pdf", &[("burr", "날개 버"), ("hole", "기공"), ("scratch", "긁힘")]),
    (
        "grid_manual.pdf",
        &[
            ("bent", "휨·압흔"),
            ("broken", "파단·절상·찢김"),
            ("glue", "접착제 오염"),
            ("metal", "금속 이물 오염/찌름"),
            ("thread", "실/섬유 이물 부착"),
        ],
    ),
    (
        "carpet_manual.pdf",
        &[
            ("color", "오염·얼룩"),
            ("cut", "절상·찢김"),
            ("hole", "구멍·천공"),
            ("metal", "금속 이물 오염"),
            ("thread", "실/섬유 이물 부착"),
        ],
    ),
    (
        "leather_manual.pdf",
        &[
            ("color", "색상"),
            ("cut", "절상·찢김"),
            ("fold", "접힘·주름"),
            ("glue", "접착제 오염·이물 부착"),
            ("poke", "찌름·압흔"),
        ],
    ),
];

struct RealManual {
    name: &'static str,
    path: PathBuf,
    defects: Vec<DefectType>,
    manual: ManualText,
}

/// The real manuals, parsed; `None` without `../shared`.
fn real_manuals() -> Option<Vec<RealManual>> {
    let folder = shared("data/manuals")?;
    let manuals = MANUALS
        .iter()
        .map(|(name, defects)| {
            let path = folder.join(name);
            let defects: Vec<DefectType> =
                defects.iter().map(|(code, ko)| defect(code, ko, code, code)).collect();
            let manual = parse(&path, &read_file(&path).unwrap(), &defects).unwrap();
            RealManual { name, path, defects, manual }
        })
        .collect();
    Some(manuals)
}

/// One bullet as poppler prints it: page, then its lines joined with a space.
type Bullet = (u32, String);

#[derive(Default)]
struct Poppler {
    /// Heading → causes, actions.
    sections: Vec<(u32, String, Vec<Bullet>, Vec<Bullet>)>,
    /// Everything after the summary's title.
    summary: String,
}

/// Poppler's reading of a manual; `None` where `pdftotext` is not installed.
fn poppler(path: &Path) -> Option<Poppler> {
    let Ok(output) = Command::new("pdftotext").arg("-layout").arg(path).arg("-").output() else {
        skipped(Skip::Program, "pdftotext");
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<(u32, String)> = (1..)
        .zip(text.split('\u{c}'))
        .flat_map(|(page, text)| text.lines().map(move |line| (page, line)))
        .map(|(page, line)| (page, line.split_whitespace().collect::<Vec<_>>().join(" ")))
        .filter(|(_, line)| {
            line.chars().any(|c| c.is_alphanumeric() && !('\u{E000}'..='\u{F8FF}').contains(&c))
        })
        .collect();
    let mut out = Poppler::default();
    let mut actions = false;
    for (i, (page, line)) in lines.iter().enumerate() {
        if line.contains("요약") {
            out.summary = lines[i + 1..].iter().map(|(_, line)| line.as_str()).collect();
            break;
        }
        let next = lines.get(i + 1).map_or("", |(_, line)| line.as_str());
        if next == "발생 원인" {
            out.sections.push((*page, line.clone(), Vec::new(), Vec::new()));
        } else if line == "발생 원인" || line == "조치 가이드" {
            actions = line == "조치 가이드";
        } else {
            let (_, _, causes, remedies) = out.sections.last_mut().unwrap();
            let bullets = if actions { remedies } else { causes };
            match line.strip_prefix('•') {
                Some(text) => bullets.push((*page, text.trim().to_owned())),
                None => {
                    let (_, bullet) = bullets.last_mut().unwrap();
                    bullet.push(' ');
                    bullet.push_str(line);
                }
            }
        }
    }
    Some(out)
}

fn bullets(statements: &[Statement]) -> Vec<Bullet> {
    statements.iter().map(|s| (s.page(), s.text.clone())).collect()
}

fn letters(text: &str) -> BTreeMap<char, usize> {
    let mut out = BTreeMap::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        *out.entry(c).or_default() += 1;
    }
    out
}

#[test]
fn every_bullet_is_what_poppler_reads_on_the_same_page() {
    let Some(real) = real_manuals() else { return };
    let mut compared = 0;
    for RealManual { name, path, manual, .. } in &real {
        let Some(poppler) = poppler(path) else { return };
        assert_eq!(manual.sections.len(), poppler.sections.len(), "{name}");
        for (ours, (page, heading, causes, actions)) in manual.sections.iter().zip(poppler.sections)
        {
            assert!(heading.ends_with(&ours.heading), "{name}: {heading} / {}", ours.heading);
            assert_eq!(ours.page, page, "{name}: {heading}");
            assert!(!causes.is_empty() && !actions.is_empty());
            assert_eq!(bullets(&ours.causes), causes, "{name}: {heading}");
            assert_eq!(bullets(&ours.actions), actions, "{name}: {heading}");
            compared += causes.len() + actions.len();
        }
        let cells: String = manual.summary.iter().flat_map(|row| row.cells.clone()).collect();
        assert_eq!(letters(&cells), letters(&poppler.summary), "{name}");
    }
    assert!(compared > 100, "{compared} bullets");
}

#[test]
fn every_defect_has_its_section_and_its_row_in_the_summary() {
    let Some(real) = real_manuals() else { return };
    let sections: usize = real.iter().map(|real| real.manual.sections.len()).sum();
    assert_eq!(sections, 18);
    for RealManual { name, defects, manual, .. } in &real {
        let empty_pages = |w: &&ManualWarning| matches!(w, ManualWarning::EmptyPage { .. });
        let rest: Vec<_> = manual.warnings.iter().filter(|w| !empty_pages(w)).collect();
        assert!(rest.is_empty(), "{name}: {rest:?}");
        assert_eq!(manual.summary.len(), defects.len() + 1, "{name}");
        assert!(manual.summary.iter().all(|row| row.cells.len() == 4), "{name}");
        for defect in defects {
            let section = &find_section(manual, defect).unwrap();
            assert_eq!(section.defect.as_ref(), Some(&defect.code), "{name}");
            let ids: Vec<&str> = section.statements().map(|s| s.id.as_str()).collect();
            assert!(ids.contains(&format!("{}.c1", defect.code).as_str()), "{ids:?}");
            // The first column names it too.
            let code = defect.code.as_str();
            let rows =
                manual.summary.iter().filter(|r| r.cells[0].to_lowercase().starts_with(code));
            assert_eq!(rows.count(), 1, "{name}: {code}");
            // Every span is on the page.
            for span in section.statements().flat_map(|s| &s.spans) {
                assert!(span.rect.x > 0.0 && span.rect.x + span.rect.width < 596.0, "{span:?}");
                assert!(span.rect.y > 0.0 && span.rect.y + span.rect.height < 843.0, "{span:?}");
            }
            let asked: usize = prompt(
                section,
                &[],
                fettle_domain::Language::Ko,
                crate::MAX_STATEMENTS,
                crate::PromptTask::Select,
            )
            .iter()
            .map(|message| message.content.chars().count())
            .sum();
            assert!(asked < 700, "{name}: {code}: {asked} characters");
        }
        // Every action of these manuals becomes a sentence.
        for action in manual.sections.iter().flat_map(|section| &section.actions) {
            assert!(action_sentence(&action.text).is_some(), "{name}: {}", action.id);
        }
        let statements: usize = manual.sections.iter().map(|s| s.statements().count()).sum();
        assert_eq!(chunks(manual).iter().filter(|chunk| chunk.assigned).count(), statements);
    }
}

/// Digest of a text that must not be published: its length and the start of its SHA-256.
fn digest(text: &str) -> String {
    let hash = hex::encode(Sha256::digest(text));
    format!("{}:{}", text.chars().count(), hash.get(..16).unwrap())
}

fn place(span: &LineSpan) -> String {
    let RectPt { x, y, width, height } = span.rect;
    format!("p{} {x:.1},{y:.1} {width:.1}x{height:.1}", span.page)
}

/// Every heading, cause, action and summary row: exact text (as its digest), page, rectangles.
#[test]
fn every_text_page_and_rectangle_is_as_it_was_checked_against_poppler() {
    let Some(real) = real_manuals() else { return };
    for RealManual { name, manual, .. } in real {
        let mut out = vec![format!("{} pages", manual.page_count)];
        for section in &manual.sections {
            let defect = section.defect.as_ref().map_or("?", |code| code.as_str());
            out.push(format!("{defect} p{} {}", section.page, digest(&section.heading)));
            for statement in section.statements() {
                let places: Vec<String> = statement.spans.iter().map(place).collect();
                let text = digest(&statement.text);
                out.push(format!("  {} {text} [{}]", statement.id, places.join(" | ")));
            }
        }
        for row in &manual.summary {
            let cells: Vec<String> = row.cells.iter().map(|cell| digest(cell)).collect();
            out.push(format!("summary p{} {}", row.page, cells.join(" | ")));
        }
        out.extend(manual.warnings.iter().map(|warning| format!("{warning:?}")));
        insta::assert_snapshot!(name, out.join("\n"));
    }
}
